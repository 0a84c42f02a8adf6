import { access, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { type CreateOptions, createTorrent } from '../hash/create.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import type { Session } from './session.ts'
import { Loopback } from './testing/loopback.ts'
import type { Torrent } from './torrent/torrent.ts'

const PIECE = 32_768

/**
 * A seed of several torrents, and a client. Torrents have the names of their folders, so that
 * several can have the same paths.
 */
class Setup implements AsyncDisposable {
  readonly loop: Loopback
  readonly #seeds: Session[] = []

  private constructor(loop: Loopback) {
    this.loop = loop
  }

  static async make(): Promise<Setup> {
    return new Setup(await Loopback.make())
  }

  /** Makes and seeds a torrent with a folder `content`. */
  async seed(
    source: string,
    files: Readonly<Record<string, Buffer>>,
    options: CreateOptions = {},
  ): Promise<Metainfo> {
    for (const [name, bytes] of Object.entries(files)) {
      const path = this.loop.path(source, 'content', ...name.split('/'))
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, bytes)
    }
    const metainfo = await createTorrent(this.loop.path(source, 'content'), {
      pieceLengthBytes: PIECE,
      ...options,
    })
    const session = await this.loop.open({ directory: this.loop.path(source) })
    await (await session.add(metainfo)).whenComplete()
    this.#seeds.push(session)
    return metainfo
  }

  client(): Promise<Session> {
    return this.loop.open({ directory: this.loop.path('down'), stateDirectory: this.loop.path('state') })
  }

  async add(session: Session, metainfo: Metainfo, options = {}): Promise<Torrent> {
    return session.add(metainfo, { peers: this.#seeds.map(({ port }) => `127.0.0.1:${port}`), ...options })
  }

  /** Closes a session, and opens one with its folders. */
  async restart(session: Session): Promise<Session> {
    await session.close()
    return this.client()
  }

  down(...names: string[]): string {
    return this.loop.path('down', 'content', ...names)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loop[Symbol.asyncDispose]()
  }
}

const random = seededRandom(24)
const bytes = (length: number) => Buffer.from(random.bytes(length))
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

async function expectFiles(torrent: Torrent, files: Readonly<Record<string, Buffer>>): Promise<void> {
  for (const { path, diskPath } of torrent.files) {
    const stored = await readFile(diskPath!)
    expect(Buffer.compare(stored, files[path.slice(1).join('/')]!), diskPath!).toBe(0)
  }
}

const FIRST = { 'a.bin': bytes(3 * PIECE), 'sub/b.bin': bytes(2 * PIECE) }
const SECOND = { 'a.bin': bytes(3 * PIECE), 'sub/b.bin': bytes(PIECE) }

describe('a torrent that was never started', () => {
  /** One that is complete, and one with the same paths that is not started. */
  async function twoOfOneName(setup: Setup): Promise<{ session: Session; first: Torrent; second: Torrent }> {
    const [one, other] = [await setup.seed('one', FIRST), await setup.seed('other', SECOND)]
    const session = await setup.client()
    const first = await setup.add(session, one)
    await first.whenComplete()
    return { session, first, second: await setup.add(session, other, { paused: true }) }
  }

  test.each([
    ['is removed', async () => {}],
    ['is moved and removed', (torrent: Torrent, away: string) => torrent.move(away)],
    ['has its folder renamed and is removed', (torrent: Torrent) => torrent.renameFolder(['content'], ['x'])],
    ['has a file renamed and is removed', (torrent: Torrent) => torrent.renameFile(0, ['content', 'x'])],
  ])('leaves the files of another when it %s', async (_, change) => {
    await using setup = await Setup.make()
    const { first, second } = await twoOfOneName(setup)
    await change(second, setup.loop.path('away'))
    await expectFiles(first, FIRST)
    await second.remove({ deleteData: true })
    await expectFiles(first, FIRST)
    expect(await exists(setup.loop.path('away', 'content'))).toBe(false)
    expect(await readdir(setup.down())).toEqual(['a.bin', 'sub'])
  })

  test('leaves files of the user, also after a restart', async () => {
    await using setup = await Setup.make()
    const metainfo = await setup.seed('one', FIRST)
    await mkdir(setup.down('sub'), { recursive: true })
    await writeFile(setup.down('a.bin'), FIRST['a.bin'])
    const session = await setup.client()
    await setup.add(session, metainfo, { paused: true })
    const torrent = (await setup.restart(session)).torrents[0]!
    await torrent.remove({ deleteData: true })
    expect(await readdir(setup.down())).toEqual(['a.bin', 'sub'])
  })

  test('moves its record: its files come where it was moved to', async () => {
    await using setup = await Setup.make()
    const { first, second } = await twoOfOneName(setup)
    await second.move(setup.loop.path('away'))
    await second.resume()
    await second.whenComplete()
    await expectFiles(second, SECOND)
    await expectFiles(first, FIRST)
    expect(second.files[0]!.diskPath).toBe(setup.loop.path('away', 'content', 'a.bin'))
  })
})

describe('paths that another torrent uses', () => {
  test('are foreign if both start at once', async () => {
    await using setup = await Setup.make()
    const [one, other] = [await setup.seed('one', FIRST), await setup.seed('other', SECOND)]
    const session = await setup.client()
    const [first, second] = await Promise.all([setup.add(session, one), setup.add(session, other)])
    await Promise.all([first.whenComplete(), second.whenComplete()])
    await expectFiles(first, FIRST)
    await expectFiles(second, SECOND)
    await second.remove({ deleteData: true })
    await expectFiles(first, FIRST)
    expect(await readdir(setup.down())).toEqual(['a.bin', 'sub'])
  })

  test('are foreign even if the first piece is the same', async () => {
    await using setup = await Setup.make()
    const later = { ...FIRST, 'a.bin': Buffer.concat([FIRST['a.bin'].subarray(0, PIECE), bytes(2 * PIECE)]) }
    const [one, other] = [await setup.seed('one', FIRST), await setup.seed('other', later)]
    const session = await setup.client()
    const first = await setup.add(session, one)
    await first.whenComplete()
    const second = await setup.add(session, other)
    await second.whenComplete()
    await expectFiles(first, FIRST)
    await expectFiles(second, later)
    expect(second.files[0]!.diskPath).toBe(setup.down('a (1).bin'))
    // Its other file is the same, and is used.
    expect(second.files[1]!.diskPath).toBe(setup.down('sub', 'b.bin'))
  })

  test('stay on disk until the last of their torrents is removed', async () => {
    await using setup = await Setup.make()
    const [one, same] = [
      await setup.seed('one', FIRST),
      await setup.seed('same', FIRST, { pieceLengthBytes: 2 * PIECE }),
    ]
    const session = await setup.client()
    const first = await setup.add(session, one)
    await first.whenComplete()
    const second = await setup.add(session, same)
    await second.whenComplete()
    expect(second.files.map(({ diskPath }) => diskPath)).toEqual(first.files.map(({ diskPath }) => diskPath))
    await expect(second.move(setup.loop.path('away'))).rejects.toMatchObject({ code: 'in-use' })
    await expect(first.renameFile(0, ['content', 'x'])).rejects.toMatchObject({ code: 'in-use' })
    await first.remove({ deleteData: true })
    await expectFiles(second, FIRST)
    await second.remove({ deleteData: true })
    expect(await exists(setup.down())).toBe(false)
  })

  test('cannot be given to others', async () => {
    await using setup = await Setup.make()
    const [one, other] = [await setup.seed('one', FIRST), await setup.seed('other', SECOND)]
    const session = await setup.client()
    const directory = setup.loop.path('away')
    const [first, second] = [await setup.add(session, one), await setup.add(session, other, { directory })]
    await Promise.all([first.whenComplete(), second.whenComplete()])
    await expect(second.move(setup.loop.path('down'))).rejects.toMatchObject({ code: 'in-use' })
    await expectFiles(second, SECOND)
  })
})

test('a file that appears after the check is not overwritten', async () => {
  await using setup = await Setup.make()
  const metainfo = await setup.seed('one', FIRST)
  const session = await setup.client()
  const torrent = await session.add(metainfo)
  const avoided: string[] = []
  torrent.on('filesAvoided', files => avoided.push(...files.map(({ storedAs }) => storedAs)))
  await until('it is checked', () => torrent.state === 'downloading')
  await mkdir(setup.down(), { recursive: true })
  await writeFile(setup.down('a.bin'), 'mine')
  await setup.add(session, metainfo)
  await torrent.whenComplete()
  expect(avoided).toEqual(['content/a (1).bin'])
  expect(await readFile(setup.down('a.bin'), 'utf8')).toBe('mine')
  await expectFiles(torrent, FIRST)
  await torrent.remove({ deleteData: true })
  expect(await readdir(setup.down())).toEqual(['a.bin'])
})

test('a file that another program replaced is not overwritten, and is used if it is put back', async () => {
  await using setup = await Setup.make()
  const metainfo = await setup.seed('one', FIRST)
  const session = await setup.client()
  const torrent = await setup.add(session, metainfo)
  await torrent.whenComplete()
  await torrent.pause()
  await writeFile(setup.down('a.bin'), 'mine')
  await torrent.recheck()
  expect(torrent.files[0]).toMatchObject({ haveBytes: 0, diskPath: setup.down('a.bin') })
  await writeFile(setup.down('a.bin'), FIRST['a.bin'])
  await torrent.recheck()
  expect(torrent.isComplete).toBe(true)
  await writeFile(setup.down('a.bin'), 'mine')
  await torrent.recheck()
  await torrent.resume()
  await torrent.whenComplete()
  await expectFiles(torrent, FIRST)
  expect(await readFile(setup.down('a.bin'), 'utf8')).toBe('mine')
  await torrent.remove({ deleteData: true })
  expect(await readdir(setup.down())).toEqual(['a.bin'])
})

test('files of the right size that cannot be verified alone are used if they are right, else left alone', async () => {
  await using setup = await Setup.make()
  // Pieces of v1 cross file boundaries: without the second file nothing can be verified.
  const files = { 'a.txt': bytes(1000), 'b.txt': bytes(1000), 'c.txt': bytes(1000) }
  const metainfo = await setup.seed('one', files, { version: 'v1' })
  await mkdir(setup.down(), { recursive: true })
  await writeFile(setup.down('a.txt'), files['a.txt'])
  await writeFile(setup.down('c.txt'), Buffer.alloc(1000, 'mine'))
  const session = await setup.client()
  const torrent = await setup.add(session, metainfo)
  await torrent.whenComplete()
  await expectFiles(torrent, files)
  expect(await readFile(setup.down('c.txt'), 'utf8')).toMatch(/^(mine)+$/)
  expect(torrent.files[0]!.diskPath).toBe(setup.down('a.txt'))
})

describe('files that are missing at the start', () => {
  const FILES = { ...FIRST, 'empty.txt': Buffer.alloc(0) }

  /** A complete torrent, whose client then ends. */
  async function downloaded(setup: Setup, { paused = false } = {}): Promise<Session> {
    const metainfo = await setup.seed('one', FILES)
    const session = await setup.client()
    const torrent = await setup.add(session, metainfo)
    await torrent.whenComplete()
    await session.record()
    if (paused) await torrent.pause()
    await session.close()
    return session
  }

  async function expectStopped(session: Session): Promise<Torrent> {
    const torrent = session.torrents[0]!
    await until('it stops', () => torrent.state === 'error')
    expect(torrent.stats.errorCode).toBe('not-found')
    return torrent
  }

  test.each([{ paused: false }, { paused: true }])('stop the torrent, %o', async options => {
    await using setup = await Setup.make()
    await downloaded(setup, options)
    await rename(setup.loop.path('down'), setup.loop.path('elsewhere'))
    const session = await setup.client()
    const torrent = await expectStopped(session)
    await session.record()
    expect(await exists(setup.loop.path('down'))).toBe(false)
    // The drive is back.
    await rename(setup.loop.path('elsewhere'), setup.loop.path('down'))
    await torrent.resume()
    await torrent.whenComplete()
    expect(torrent.stats.downloadedBytes).toBe(torrent.stats.wantedBytes)
  })

  test('are downloaded again when the user resumes the torrent', async () => {
    await using setup = await Setup.make()
    await downloaded(setup)
    await rm(setup.down('sub'), { recursive: true })
    const torrent = await expectStopped(await setup.client())
    await torrent.resume()
    await torrent.whenComplete()
    await expectFiles(torrent, FILES)
  })

  test('stop it even if they are empty', async () => {
    await using setup = await Setup.make()
    await downloaded(setup)
    await rm(setup.down('empty.txt'))
    const session = await setup.client()
    const torrent = await expectStopped(session)
    await session.record()
    expect(await readdir(setup.down())).toEqual(['a.bin', 'sub'])
    await torrent.resume()
    await torrent.whenComplete()
    await until('it is there again', () => exists(setup.down('empty.txt')))
  })

  test('are named with the reason if there are links in their place', async () => {
    await using setup = await Setup.make()
    await downloaded(setup)
    await rename(setup.down('a.bin'), setup.loop.path('a.bin'))
    await symlink(setup.loop.path('a.bin'), setup.down('a.bin'))
    const torrent = await expectStopped(await setup.client())
    expect(torrent.stats.error).toContain(`${setup.down('a.bin')} is a symbolic link`)
    await torrent.remove({ deleteData: true })
    expect(await readdir(setup.down())).toEqual(['a.bin'])
    expect(await exists(setup.loop.path('a.bin'))).toBe(true)
  })
})

test('a torrent of an earlier run is removed with the files that are still its own', async () => {
  await using setup = await Setup.make()
  const metainfo = await setup.seed('one', FIRST)
  const session = await setup.client()
  const torrent = await setup.add(session, metainfo)
  await torrent.whenComplete()
  await torrent.pause()
  await session.close()
  await writeFile(setup.down('a.bin'), 'mine')
  const again = (await setup.client()).torrents[0]!
  await again.remove({ deleteData: true })
  expect(await readdir(setup.down())).toEqual(['a.bin'])
})

describe('names that differ in case only', () => {
  const FILES = {
    'ReadMe.txt': bytes(PIECE),
    'readme.txt': bytes(PIECE),
    'café.txt': bytes(10),
    'cafe\u0301.txt': bytes(20),
  }
  const names = Object.keys(FILES).sort()

  test('are those of the files of an own share', async () => {
    await using setup = await Setup.make()
    const metainfo = await setup.seed('one', FILES)
    const session = await setup.loop.open({ directory: setup.loop.path('one') })
    const torrent = await session.add(metainfo, { trusted: true })
    await torrent.whenComplete()
    await expectFiles(torrent, FILES)
    expect((await readdir(setup.loop.path('one', 'content'))).sort()).toEqual(names)
  })

  test('are shown before the torrent is started, and nothing is created for that', async () => {
    await using setup = await Setup.make()
    const metainfo = await setup.seed('one', FILES)
    const session = await setup.client()
    const directory = setup.loop.path('down')
    await mkdir(directory, { recursive: true })
    const torrent = await session.add(metainfo, { paused: true, directory })
    const shown = torrent.files.map(({ storedPath }) => storedPath.join('/'))
    expect(shown.map(path => basename(path)).sort()).toEqual(names)
    expect(await readdir(directory)).toEqual([])
    await mkdir(join(directory, 'content'))
    for (const [at, path] of shown.entries())
      await writeFile(join(directory, path), FILES[torrent.files[at]!.path.at(-1) as keyof typeof FILES])
    torrent.resume()
    await torrent.whenComplete()
    expect(torrent.stats.downloadedBytes).toBe(0)
    expect(torrent.files.map(({ storedPath }) => storedPath.join('/'))).toEqual(shown)
    await torrent.recheck()
    expect(torrent.files.map(({ storedPath }) => storedPath.join('/'))).toEqual(shown)
  })

  test('are kept by a download, and found again', async () => {
    await using setup = await Setup.make()
    const metainfo = await setup.seed('one', FILES)
    await mkdir(setup.down(), { recursive: true })
    await writeFile(setup.down('readme.txt'), FILES['readme.txt'])
    const session = await setup.client()
    const torrent = await setup.add(session, metainfo)
    await torrent.whenComplete()
    expect(torrent.stats.downloadedBytes).toBeLessThan(torrent.stats.wantedBytes)
    await expectFiles(torrent, FILES)
    expect((await readdir(setup.down())).sort()).toEqual(names)
    const again = (await setup.restart(session)).torrents[0]!
    await again.whenComplete()
    expect(again.files.map(({ diskPath }) => basename(diskPath!)).sort()).toEqual(names)
  })
})

describe('a file that the user put in place of the torrent’s', () => {
  const MINE = Buffer.from('mine')

  async function complete(setup: Setup): Promise<Torrent> {
    const metainfo = await setup.seed('one', FIRST)
    const session = await setup.client()
    const torrent = await setup.add(session, metainfo)
    await torrent.whenComplete()
    await session.record()
    return torrent
  }

  const REPLACED: [string, (setup: Setup) => Promise<void>][] = [
    ['written over it', setup => writeFile(setup.down('a.bin'), MINE)],
    [
      'renamed onto it',
      async setup => {
        await writeFile(setup.loop.path('mine'), MINE)
        await rename(setup.loop.path('mine'), setup.down('a.bin'))
      },
    ],
    [
      'created after it was deleted',
      async setup => {
        await rm(setup.down('a.bin'))
        await writeFile(setup.down('a.bin'), MINE)
      },
    ],
    [
      'in a folder that has its name',
      async setup => {
        await rename(setup.down(), setup.loop.path('down', 'moved'))
        await mkdir(setup.down())
        await writeFile(setup.down('a.bin'), MINE)
      },
    ],
    [
      'in a folder that a link leads to',
      async setup => {
        await rename(setup.down(), setup.loop.path('down', 'moved'))
        await mkdir(setup.loop.path('down', 'users'))
        await writeFile(setup.loop.path('down', 'users', 'a.bin'), MINE)
        await symlink(setup.loop.path('down', 'users'), setup.down())
      },
    ],
  ]

  test.each(REPLACED)('stays when the torrent is removed: %s', async (_, replace) => {
    await using setup = await Setup.make()
    const torrent = await complete(setup)
    await replace(setup)
    await torrent.remove({ deleteData: true })
    expect(await readFile(setup.down('a.bin'))).toEqual(MINE)
    expect(await exists(setup.down('sub', 'b.bin'))).toBe(false)
  })

  test.each(REPLACED)('stays when the torrent is moved or its folder renamed: %s', async (_, replace) => {
    await using setup = await Setup.make()
    const torrent = await complete(setup)
    await replace(setup)
    await torrent.renameFolder(['content'], ['other']).catch(() => {})
    await torrent.move(setup.loop.path('away')).catch(() => {})
    expect(await readFile(setup.down('a.bin'))).toEqual(MINE)
  })

  test('is the torrent’s if only some of it is changed', async () => {
    await using setup = await Setup.make()
    const torrent = await complete(setup)
    const changed = Buffer.from(FIRST['a.bin'])
    changed[5]! ^= 1
    await writeFile(setup.down('a.bin'), changed)
    await torrent.move(setup.loop.path('away'))
    expect(await readFile(setup.loop.path('away', 'content', 'a.bin'))).toEqual(changed)
    await torrent.remove({ deleteData: true })
    expect(await exists(setup.loop.path('away', 'content'))).toBe(false)
  })

  test.each([
    ['renamed onto it', REPLACED[1]![1]],
    ['created after it was deleted', REPLACED[2]![1]],
  ])('is not written to while the torrent downloads: %s', async (_, replace) => {
    await using setup = await Setup.make()
    const files = { 'a.bin': bytes(40 * PIECE) }
    const metainfo = await setup.seed('one', files)
    const session = await setup.client()
    session.setLimits({ downloadBytesPerSecond: 10 * PIECE })
    const torrent = await setup.add(session, metainfo)
    await until('half of it is there', () => torrent.stats.downloadedBytes > 8 * PIECE)
    await replace(setup)
    await session.record()
    session.setLimits({ downloadBytesPerSecond: Number.POSITIVE_INFINITY })
    await until('it stops', () => torrent.state === 'error')
    expect(await readFile(setup.down('a.bin'))).toEqual(MINE)
    expect(torrent.stats.errorCode).toBe('not-found')
    await torrent.resume()
    await torrent.whenComplete()
    expect(await readFile(setup.down('a.bin'))).toEqual(MINE)
    await expectFiles(torrent, files)
    await torrent.remove({ deleteData: true })
    expect(await readdir(setup.down())).toEqual(['a.bin'])
  })
})

describe('a file of a torrent that is only said to be complete', () => {
  test('is deleted with it if a piece of it is right', async () => {
    await using setup = await Setup.make()
    const metainfo = await setup.seed('one', FIRST)
    await mkdir(setup.down('sub'), { recursive: true })
    await writeFile(setup.down('a.bin'), Buffer.alloc(3 * PIECE, 'mine'))
    await writeFile(setup.down('sub', 'b.bin'), FIRST['sub/b.bin'])
    const session = await setup.client()
    const torrent = await session.add(metainfo, { trusted: true })
    await torrent.whenComplete()
    await torrent.remove({ deleteData: true })
    expect(await readdir(setup.down())).toEqual(['a.bin'])
  })

  test('is not overwritten after a check that finds nothing right in it', async () => {
    await using setup = await Setup.make()
    const metainfo = await setup.seed('one', FIRST)
    await mkdir(setup.down('sub'), { recursive: true })
    const mine = Buffer.alloc(3 * PIECE, 'mine')
    await writeFile(setup.down('a.bin'), mine)
    await writeFile(setup.down('sub', 'b.bin'), FIRST['sub/b.bin'])
    const session = await setup.client()
    const torrent = await setup.add(session, metainfo, { trusted: true })
    await torrent.whenComplete()
    await torrent.recheck()
    await torrent.whenComplete()
    expect(await readFile(setup.down('a.bin'))).toEqual(mine)
    await expectFiles(torrent, FIRST)
  })
})

describe('a torrent within the folder of another', () => {
  test('uses its file only if all of it is right, and leaves it there', async () => {
    await using setup = await Setup.make()
    const [whole, single] = [await setup.seed('one', FIRST), await setup.seed('two', FIRST)]
    const part = await createTorrent(setup.loop.path('two', 'content', 'a.bin'), { pieceLengthBytes: PIECE })
    const session = await setup.client()
    const first = await setup.add(session, whole)
    await first.whenComplete()
    expect(single.info.infoHashes).toEqual(whole.info.infoHashes)
    const inside = await session.add(part, { directory: setup.down() })
    await inside.whenComplete()
    expect(inside.files[0]!.diskPath).toBe(setup.down('a.bin'))
    await expect(inside.move(setup.loop.path('away'))).rejects.toMatchObject({ code: 'in-use' })
    await inside.remove({ deleteData: true })
    await expectFiles(first, FIRST)
  })

  test('does not write to its file, nor does that one write to its', async () => {
    await using setup = await Setup.make()
    const other = Buffer.concat([FIRST['a.bin'].subarray(0, PIECE), bytes(2 * PIECE)])
    const whole = await setup.seed('one', FIRST)
    await mkdir(setup.loop.path('two'), { recursive: true })
    await writeFile(setup.loop.path('two', 'a.bin'), other)
    const part = await createTorrent(setup.loop.path('two', 'a.bin'), { pieceLengthBytes: PIECE })
    const seed = await setup.loop.open({ directory: setup.loop.path('two') })
    await (await seed.add(part)).whenComplete()
    const session = await setup.client()
    const inside = await setup.add(session, part, {
      directory: setup.down(),
      peers: [`127.0.0.1:${seed.port}`],
    })
    await inside.whenComplete()
    const around = await setup.add(session, whole)
    await around.whenComplete()
    expect(await readFile(inside.files[0]!.diskPath!)).toEqual(other)
    await expectFiles(around, FIRST)
    expect(around.files[0]!.diskPath).toBe(setup.down('a (1).bin'))
  })
})

test('choosing files of a torrent that has not looked at the disk creates nothing there', async () => {
  await using setup = await Setup.make()
  const metainfo = await setup.seed('one', { ...FIRST, 'empty.txt': Buffer.alloc(0) })
  const session = await setup.client()
  const torrent = await setup.add(session, metainfo, { paused: true })
  await torrent.setPriority(0, 0)
  await torrent.setPriority(0, 1)
  expect(await exists(setup.down())).toBe(false)
  await torrent.resume()
  await torrent.whenComplete()
  expect(await exists(setup.down('empty.txt'))).toBe(true)
})

test('bytes that were kept apart do not go into a file of the user when theirs is chosen', async () => {
  await using setup = await Setup.make()
  const files = { 'x.bin': bytes(40_000), 'y.bin': bytes(40_000) }
  const metainfo = await setup.seed('one', files, { version: 'v1' })
  const session = await setup.client()
  const torrent = await setup.add(session, metainfo, { paused: true })
  await torrent.setPriority(1, 0)
  await torrent.resume()
  await torrent.whenComplete()
  await writeFile(setup.down('y.bin'), 'mine')
  await torrent.setPriority(1, 1)
  await torrent.whenComplete()
  await expectFiles(torrent, files)
  expect(await readFile(setup.down('y.bin'), 'utf8')).toBe('mine')
  await torrent.remove({ deleteData: true })
  expect(await readdir(setup.down())).toEqual(['y.bin'])
})
