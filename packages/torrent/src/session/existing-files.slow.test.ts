import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createTorrent } from '../hash/create.ts'
import { Loopback } from './testing/loopback.ts'
import type { Torrent } from './torrent/torrent.ts'

const PIECE = 32_768
const FILES = { 'a.bin': 4 * PIECE, 'sub/b.bin': 3 * PIECE + 5 }

/** A seed of two files, and a download folder that already contains files of its user. */
class Setup implements AsyncDisposable {
  readonly loop: Loopback
  readonly seed: Torrent
  readonly #port: number

  private constructor(loop: Loopback, seed: Torrent, port: number) {
    this.loop = loop
    this.seed = seed
    this.#port = port
  }

  static async make(files: Readonly<Record<string, number>> = FILES): Promise<Setup> {
    const loop = await Loopback.make()
    const metainfo = await loop.torrent('content', files)
    const session = await loop.open({ directory: loop.folder })
    const seed = await session.add(metainfo)
    await seed.whenComplete()
    await mkdir(loop.path('down', 'content', 'sub'), { recursive: true })
    return new Setup(loop, seed, session.port)
  }

  down(...names: string[]): string {
    return this.loop.path('down', 'content', ...names)
  }

  right(...names: string[]): Promise<Buffer> {
    return readFile(this.loop.path('content', ...names))
  }

  /** Downloads everything; the session stays open. */
  async download(options = {}): Promise<{ torrent: Torrent; avoided: string[]; end: () => Promise<void> }> {
    const session = await this.loop.open({ directory: this.loop.path('down'), ...options })
    const torrent = await session.add(this.seed.metainfo!, {
      peers: [`127.0.0.1:${this.#port}`],
      paused: true,
    })
    const avoided: string[] = []
    torrent.on('filesAvoided', files =>
      avoided.push(...files.map(each => `${each.path} -> ${each.storedAs}`)),
    )
    await torrent.resume()
    await torrent.whenComplete()
    return { torrent, avoided, end: () => session.close() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.loop[Symbol.asyncDispose]()
  }
}

const same = (a: Buffer, b: Buffer) => Buffer.compare(a, b) === 0

test('a file that the user already has is not overwritten: the download gets another name', async () => {
  await using setup = await Setup.make()
  await writeFile(setup.down('a.bin'), 'important')
  await writeFile(setup.down('sub', 'b.bin'), Buffer.alloc(FILES['sub/b.bin'], 'mine'))
  const { torrent, avoided } = await setup.download()
  expect(avoided).toEqual([
    'content/a.bin -> content/a (1).bin',
    'content/sub/b.bin -> content/sub/b (1).bin',
  ])
  expect(await readFile(setup.down('a.bin'), 'utf8')).toBe('important')
  expect(same(await readFile(setup.down('a (1).bin')), await setup.right('a.bin'))).toBe(true)
  expect(same(await readFile(setup.down('sub', 'b (1).bin')), await setup.right('sub', 'b.bin'))).toBe(true)
  expect(torrent.files.map(({ diskPath }) => diskPath)).toEqual([
    setup.down('a (1).bin'),
    setup.down('sub', 'b (1).bin'),
  ])
})

test('the other name is recorded, and found again without a record', async () => {
  await using setup = await Setup.make()
  await writeFile(setup.down('a.bin'), 'important')
  const state = { stateDirectory: setup.loop.path('state') }
  const first = await setup.download(state)
  await first.end()
  for (const options of [state, {}]) {
    const { torrent, end } = await setup.download(options)
    expect(torrent.files[0]!.diskPath).toBe(setup.down('a (1).bin'))
    expect(torrent.stats.downloadedBytes).toBe('stateDirectory' in options ? torrent.stats.wantedBytes : 0)
    await end()
  }
  expect(await readdir(setup.down())).toEqual(['a (1).bin', 'a.bin', 'sub'])
})

test('a name that is taken by another file, too, is not used', async () => {
  await using setup = await Setup.make({ 'a.bin': 4 * PIECE, 'a (1).bin': PIECE })
  await writeFile(setup.down('a.bin'), 'important')
  await writeFile(setup.down('a (2).bin'), 'important, too')
  const { torrent } = await setup.download()
  expect(torrent.files.map(({ diskPath }) => diskPath).sort()).toEqual([
    setup.down('a (1).bin'),
    setup.down('a (3).bin'),
  ])
  expect(await readFile(setup.down('a (2).bin'), 'utf8')).toBe('important, too')
})

test('a single file that is larger gets another name, too', async () => {
  await using loop = await Loopback.make()
  await loop.torrent('single', { 'important.txt': 2 * PIECE })
  const metainfo = await createTorrent(loop.path('single', 'important.txt'), { pieceLengthBytes: PIECE })
  const source = await loop.open({ directory: loop.path('single') })
  await (await source.add(metainfo)).whenComplete()
  await mkdir(loop.path('down'))
  await writeFile(loop.path('down', 'important.txt'), Buffer.alloc(9 * PIECE, 'mine'))
  const session = await loop.open({ directory: loop.path('down') })
  const torrent = await session.add(metainfo, { peers: [`127.0.0.1:${source.port}`] })
  await torrent.whenComplete()
  expect(torrent.files[0]!.diskPath).toBe(loop.path('down', 'important (1).txt'))
  expect(await readFile(loop.path('down', 'important.txt'), 'utf8')).toMatch(/^(mine)+$/)
})

test.each([
  [
    'has one correct piece',
    (right: Buffer) => Buffer.concat([right.subarray(0, PIECE), Buffer.alloc(PIECE, 1)]),
  ],
  ['is empty', () => Buffer.alloc(0)],
  ['has reserved space only', () => Buffer.alloc(2 * PIECE)],
  ['is complete', (right: Buffer) => right],
])('a file that %s is continued', async (_, bytes) => {
  await using setup = await Setup.make()
  await writeFile(setup.down('a.bin'), bytes(await setup.right('a.bin')))
  const { avoided } = await setup.download()
  expect(avoided).toEqual([])
  expect(same(await readFile(setup.down('a.bin')), await setup.right('a.bin'))).toBe(true)
})

test('a download that was cut is continued without its record', async () => {
  await using setup = await Setup.make()
  await (await setup.download()).end()
  await truncate(setup.down('a.bin'), PIECE + 100)
  await rm(setup.down('sub', 'b.bin'))
  const { avoided } = await setup.download()
  expect(avoided).toEqual([])
})
