import { appendFile, chmod, mkdir, mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHashPool } from '#hash-pool'
import { hex } from '../base/bytes.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { parseMetainfo } from '../metainfo/parse-metainfo.ts'
import { writeMetainfo } from '../metainfo/write-metainfo.ts'
import { createTorrent, createTorrentFrom } from './create.ts'
import { blobSource } from './create-source.ts'

const pool = createHashPool()
afterAll(() => pool.close())
let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shoal-create-'))
})
afterEach(() => rm(root, { recursive: true }))

/** `length` reproducible bytes that differ between seeds. */
function content(length: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24)
}

async function put(path: string, length: number, seed: number): Promise<string> {
  const full = join(root, path)
  await mkdir(join(full, '..'), { recursive: true })
  await writeFile(full, content(length, seed))
  return full
}

/** A nested folder with files of various lengths. */
async function putFolder(): Promise<string> {
  await put('d/a.bin', 100_000, 1)
  await put('d/b', 100, 2)
  await put('d/sub/c', 16_384, 3)
  await chmod(await put('d/sub/deep/x.sh', 40_000, 4), 0o755)
  await put('d/sub/z', 65_536, 5)
  return join(root, 'd')
}

describe('info hashes match libtorrent 2.0.8', () => {
  it.each([
    ['v1', { v1: '0287fe49d47403717085cb629f5e48b82276ea91' }],
    ['v2', { v2: '004c61e4ddc0e58675da6133a29a630719f0e8a4a1c81900edcadb4ca898ccce' }],
    [
      'hybrid',
      {
        v1: '73e4408d98cbb4c562e02e8d1ca803e499ecb0fc',
        v2: '5580bb19bf8e84cbde67be6140a925dbc860be9e53445cb59456f76b00e47777',
      },
    ],
  ] as const)('a folder, %s', async (version, hashes) => {
    const { info } = await createTorrent(await putFolder(), { version, pieceLengthBytes: 32_768 }, { pool })
    expect({
      ...(info.infoHashes.v1 && { v1: hex(info.infoHashes.v1) }),
      ...(info.infoHashes.v2 && { v2: hex(info.infoHashes.v2) }),
    }).toEqual(hashes)
  })

  it.each([
    [
      'shorter than a piece',
      20_000,
      {
        v1: '6539c90988d3f60b430c642a09e8aefc5556e1c4',
        v2: '4d1148cd65b40ff4aca8d798327be35c25e84a605e566164d94038b1dd83827b',
      },
    ],
    [
      'of several pieces',
      100_000,
      {
        v1: '9e1d7c4731551354d70ad33e130b295ef823922d',
        v2: '977833ca13d8d86c673f3b9062400355db39b553fcf6c76b369d24dc4634c958',
      },
    ],
  ] as const)('a file %s, hybrid', async (_, length, hashes) => {
    const path = await put('file.bin', length, 9)
    const { info } = await createTorrent(path, { pieceLengthBytes: 32_768 }, { pool })
    expect({ v1: hex(info.infoHashes.v1!), v2: hex(info.infoHashes.v2!) }).toEqual(hashes)
  })
})

describe('a torrent', () => {
  it('is hybrid by default, parses back unchanged and has a creation date', async () => {
    const clock = new VirtualClock()
    const options = {
      trackers: [['http://a.example/announce', 'udp://b.example:6969'], ['wss://c.example']],
      webSeeds: ['http://d.example/'],
      nodes: [{ host: 'e.example', port: 6881 }],
      private: true,
      source: 'F',
      comment: 'for you',
      createdBy: 'a test',
      name: 'another name',
    }
    const metainfo = await createTorrent(await putFolder(), options, { pool, clock })
    expect(metainfo).toMatchObject({
      trackers: options.trackers,
      webSeeds: options.webSeeds,
      nodes: options.nodes,
      comment: 'for you',
      createdBy: 'a test',
      creationDate: Date.UTC(2026, 0, 1) / 1000,
      info: { version: 'hybrid', private: true, source: 'F', name: 'another name', singleFile: false },
    })
    expect(parseMetainfo(writeMetainfo(metainfo))).toEqual(metainfo)
  })

  it('of a file uses the requested name', async () => {
    const { info, creationDate } = await createTorrent(
      await put('file', 10, 1),
      { name: 'renamed', creationDate: null },
      { pool },
    )
    expect(info).toMatchObject({ name: 'renamed', singleFile: true, files: [{ path: ['renamed'] }] })
    expect(creationDate).toBeUndefined()
  })

  it('preserves empty files and hidden and executable attributes', async () => {
    const folder = await putFolder()
    await put('d/.hidden', 5, 1)
    await put('d/empty', 0, 1)
    const { info } = await createTorrent(folder, {}, { pool })
    const file = (name: string) => info.files.find(({ path }) => path.at(-1) === name)
    expect(file('.hidden')).toMatchObject({ hidden: true, executable: false })
    expect(file('empty')).toMatchObject({ lengthBytes: 0, hidden: false })
    expect(file('x.sh')).toMatchObject({ path: ['d', 'sub', 'deep', 'x.sh'], executable: true })
  })

  it('reports progress up to the last byte', async () => {
    let last = {}
    const onProgress = (progress: object) => {
      last = progress
    }
    await createTorrent(await put('file', 70_000, 1), { version: 'v2' }, { pool, onProgress })
    expect(last).toEqual({ doneBytes: 70_000, totalBytes: 70_000 })
  })

  it('is the same when created from blobs in any order', async () => {
    const fromDisk = await createTorrent(await putFolder(), {}, { pool })
    const blobs = [
      blobSource(['sub', 'z'], new Blob([content(65_536, 5)])),
      blobSource(['b'], new Blob([content(100, 2)])),
      { ...blobSource(['sub', 'deep', 'x.sh'], new Blob([content(40_000, 4)])), executable: true },
      blobSource(['sub', 'c'], new Blob([content(16_384, 3)])),
      blobSource(['a.bin'], new Blob([content(100_000, 1)])),
    ]
    const fromBlobs = await createTorrentFrom(blobs, { name: 'd' }, { pool })
    expect(fromBlobs.info).toEqual(fromDisk.info)
    expect(fromBlobs.pieceLayers).toEqual(fromDisk.pieceLayers)
    const single = await createTorrentFrom(
      [blobSource(['f'], new Blob([content(9, 2)]))],
      { name: 'f' },
      { pool },
    )
    expect(single.info.singleFile).toBe(true)
  })
})

describe('creating a torrent is refused for', () => {
  const failure = (path: string, options = {}) => createTorrent(path, options, { pool }).catch(error => error)

  it('an empty list and a folder without files', async () => {
    expect(await failure(join(root, 'nowhere'))).toMatchObject({ code: 'not-found' })
    expect(await failure(join(await put('file', 1, 1), 'below'))).toMatchObject({ code: 'not-found' })
    await mkdir(join(root, 'd', 'e'), { recursive: true })
    expect(await failure(join(root, 'd'))).toMatchObject({ code: 'bad-argument' })
    await put('d/empty', 0, 1)
    expect(await failure(join(root, 'd'))).toMatchObject({ code: 'bad-argument' })
  })

  it('files without diskPath and read', async () => {
    const list = [{ path: ['f'], lengthBytes: 5 }]
    await expect(createTorrentFrom(list, { name: 'f' }, { pool })).rejects.toMatchObject({
      code: 'bad-argument',
    })
  })

  it.each([
    { version: 'v1', pieceLengthBytes: 0 },
    { version: 'v1', pieceLengthBytes: 20_000 },
    { version: 'v1', pieceLengthBytes: Number.NaN },
    { version: 'v2', pieceLengthBytes: 3 * 16_384 },
    { pieceLengthBytes: 2 ** 40 },
    { trackers: [['b.example:6969']] },
    { trackers: [['ftp://b.example']] },
    { webSeeds: ['d.example/file'] },
  ])('options that no torrent can have: %j', async options => {
    expect(await failure(await put('file', 50_000, 1), options)).toMatchObject({ code: 'bad-argument' })
  })

  it('a blob that is no longer readable', async () => {
    const short = { ...blobSource(['f'], new Blob(['abc'])), lengthBytes: 4 }
    await expect(createTorrentFrom([short], { name: 'f' }, { pool })).rejects.toMatchObject({ code: 'io' })
  })

  it('an aborted signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(createTorrent(await putFolder(), {}, { pool, signal })).rejects.toThrow('enough')
  })

  it.each(['grows', 'is replaced', 'goes away'])('a file that %s while it is being read', async what => {
    const folder = await putFolder()
    const victim = join(folder, 'a.bin')
    const change = {
      grows: () => appendFile(victim, 'x'),
      'is replaced': async () => {
        await unlink(victim)
        await writeFile(victim, content(100_000, 77))
      },
      'goes away': () => unlink(victim),
    }[what]!
    const changingPool = {
      ...pool,
      hash: async (...args: Parameters<typeof pool.hash>) => {
        const digests = await pool.hash(...args)
        await change()
        return digests
      },
      warm() {},
      close: async () => {},
    }
    const error = await createTorrent(folder, {}, { pool: changingPool }).catch(error => error)
    expect(error).toMatchObject({
      code: 'io',
      message: expect.stringContaining(`${victim} changed while it was being read`),
    })
  })
})

describe.skipIf(process.platform === 'win32')('symbolic links', () => {
  it('are rejected by default', async () => {
    const folder = await putFolder()
    await symlink('b', join(folder, 'link'))
    await expect(createTorrent(folder, {}, { pool })).rejects.toMatchObject({ code: 'bad-argument' })
  })

  it('are kept on request, with targets relative to the torrent', async () => {
    const folder = await putFolder()
    await symlink('../../b', join(folder, 'sub', 'deep', 'link'))
    const { info } = await createTorrent(folder, { symlinks: 'keep' }, { pool })
    const link = info.files.find(({ path }) => path.at(-1) === 'link')
    expect(link).toMatchObject({ path: ['d', 'sub', 'deep', 'link'], symlink: ['b'], lengthBytes: 0 })
  })

  it.each([
    ['to nothing', 'nowhere'],
    ['out of the folder', '../outside'],
    ['to the folder itself', '.'],
  ])('that lead %s are never kept', async (_, target) => {
    const folder = await putFolder()
    await put('outside', 5, 5)
    await symlink(target, join(folder, 'link'))
    const failure = createTorrent(folder, { symlinks: 'keep' }, { pool })
    await expect(failure).rejects.toMatchObject({
      code: 'bad-argument',
      message: expect.stringContaining('link'),
    })
  })

  it('may lead to the shared folder', async () => {
    const folder = await putFolder()
    await symlink(folder, join(root, 'alias'))
    const { info } = await createTorrent(join(root, 'alias'), {}, { pool })
    expect([info.name, info.files.length > 5]).toEqual(['alias', true])
  })
})
