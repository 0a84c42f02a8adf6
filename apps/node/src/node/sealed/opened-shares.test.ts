import { formatShareLink, type Seal } from '@shoal/links'
import { bytesSource, createSeal, SealedContent } from '@shoal/sealed'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, test } from 'vitest'
import type { ManagedTorrent } from '../torrents/service.ts'
import { OpenedShares, type OpenedSharesParts } from './opened-shares.ts'

const PICTURE = new Uint8Array(300_000).map((_, at) => at % 251)
const NOTE = new TextEncoder().encode('hello')
const { signal } = new AbortController()

/** A sealed share as a node's only torrent. `change` damages it. */
async function place(change: (bytes: Uint8Array) => void = () => {}) {
  const seal = await createSeal({ by: 'key' })
  const inputs = [
    { path: ['Pier', 'gulls.png'], content: bytesSource(PICTURE) },
    { path: ['Pier', 'note.txt'], content: bytesSource(NOTE) },
  ]
  const content = new SealedContent(inputs, seal)
  const bytes = await content.read(0, content.lengthBytes)
  change(bytes)
  let isListed = true
  const file = {
    lengthBytes: bytes.length,
    async *stream({ start = 0, end = bytes.length }: { start?: number; end?: number }) {
      yield bytes.subarray(start, end)
    },
  }
  const torrent = { id: 'a'.repeat(40), api: { files: [file], whenMetadata: async () => {} } }
  const proved: Seal[] = []
  const clock = new VirtualClock()
  const shares = new OpenedShares({
    torrents: {
      registry: { isListed: () => isListed } as unknown as OpenedSharesParts['torrents']['registry'],
    },
    clock,
    add: async () => torrent as unknown as ManagedTorrent,
    proved: async (_torrent, given) => void proved.push(given),
  })
  const linkWith = (key: Uint8Array) =>
    formatShareLink('', {
      magnet: { infoHashes: { v1: new Uint8Array(20).fill(1) } },
      seal: { by: 'key', key },
    })
  const open = (source = linkWith(seal.key!), session: number | null = 7) =>
    shares.operations.openSealed({ source, timeoutSeconds: 5 }, { session: () => session } as object)
  const read = async (id: string, index: number, start: number, end: number) => {
    const parts: Uint8Array[] = []
    for await (const part of (await shares.file(id, index, 7)).read({ start, end, signal })) parts.push(part)
    return Buffer.concat(parts)
  }
  const remove = () => {
    isListed = false
  }
  return { ...{ shares, open, read, linkWith, proved, clock, remove }, key: seal.key! }
}

const as = (session: number | null) => ({ session: () => session }) as object

test('any part of a file is read decrypted, and the key is kept once it has opened the share', async () => {
  const { shares, open, read, proved, key } = await place()
  const opened = await open()
  expect(opened).toMatchObject({ name: 'Pier', fileCount: 2, totalBytes: 300_005, problem: null })
  expect(proved).toEqual([{ by: 'key', key }])
  const { items, total } = await shares.operations.listSealedFiles({ id: opened.id, limit: 100 }, as(7))
  expect(total).toBe(2)
  expect(items.map(({ path, mediaType }) => [path, mediaType])).toEqual([
    ['Pier/gulls.png', 'image/png'],
    ['Pier/note.txt', 'text/plain'],
  ])
  for (const { href } of items) expect(href).not.toContain('note')
  expect(await read(opened.id, 0, 0, 300_000)).toEqual(Buffer.from(PICTURE))
  expect(await read(opened.id, 0, 199_990, 200_010)).toEqual(Buffer.from(PICTURE.subarray(199_990, 200_010)))
  expect(String(await read(opened.id, 1, 0, 5))).toBe('hello')
  await expect(read(opened.id, 2, 0, 1)).rejects.toMatchObject({ code: 'not-found', field: 'index' })
})

test('only the session that opened a share reads it', async () => {
  const { shares, open } = await place()
  const { id } = await open()
  for (const session of [8, null]) {
    await expect(shares.file(id, 0, session)).rejects.toMatchObject({ code: 'not-found' })
    for (const name of ['getSealed', 'closeSealed'] as const)
      await expect(shares.operations[name]({ id }, as(session))).rejects.toMatchObject({ code: 'not-found' })
  }
  await shares.operations.closeSealed({ id }, as(7))
  await expect(shares.file(id, 0, 7)).rejects.toMatchObject({ code: 'not-found' })
})

test('a wrong key, another link and a damaged share are named', async () => {
  const { open, linkWith, proved } = await place()
  await expect(open(linkWith(new Uint8Array(32).fill(3)))).rejects.toMatchObject({ code: 'wrong-key' })
  await expect(open(`magnet:?xt=urn:btih:${'a'.repeat(40)}`)).rejects.toMatchObject({ code: 'not-sealed' })
  expect(proved).toEqual([])
  const header = await place(bytes => {
    bytes[Buffer.from(bytes).indexOf('--- ') + 10]! ^= 1
  })
  await expect(header.open()).rejects.toMatchObject({ code: 'bad-share' })
  const other = await place(bytes => bytes.fill(0))
  await expect(other.open()).rejects.toMatchObject({ code: 'not-sealed' })
})

test('if a part is damaged, the others are read, and the share says what was wrong', async () => {
  const { shares, open, read } = await place(bytes => {
    bytes[200_000]! ^= 1
  })
  const { id } = await open()
  expect(await read(id, 0, 0, 100)).toEqual(Buffer.from(PICTURE.subarray(0, 100)))
  await expect(read(id, 0, 199_000, 201_000)).rejects.toMatchObject({ code: 'bad-share' })
  const { problem } = await shares.operations.getSealed({ id }, as(7))
  expect(problem).toMatchObject({ code: 'bad-share', message: expect.stringContaining('changed') })
  await read(id, 0, 0, 100)
  expect((await shares.operations.getSealed({ id }, as(7))).problem).toBeNull()
})

test('the share that was not read for the longest time is closed for another one, never one that is being read', async () => {
  const { shares, open, clock } = await place()
  const opened = []
  for (let count = 0; count < 32; count++) {
    opened.push(await open())
    await clock.advance(1000)
  }
  const [first, second] = opened
  const reader = (await shares.file(first!.id, 0, 7)).read({ start: 0, end: 300_000, signal })
  const reading = reader[Symbol.asyncIterator]()
  await reading.next()
  await open()
  await expect(shares.file(second!.id, 0, 7)).rejects.toMatchObject({ code: 'not-found' })
  expect((await shares.file(first!.id, 0, 7)).name).toBe('gulls.png')
  await reading.return?.(undefined)
})

test('keys are forgotten an hour after the last read, and with the torrent', async () => {
  const { shares, open, read, clock, remove } = await place()
  const { id } = await open()
  await clock.advance(59 * 60_000)
  await read(id, 1, 0, 5)
  await clock.advance(59 * 60_000)
  shares.tick()
  await read(id, 1, 0, 5)
  await clock.advance(61 * 60_000)
  shares.tick()
  await expect(read(id, 1, 0, 5)).rejects.toMatchObject({ code: 'not-found' })
  const again = await open()
  remove()
  await expect(read(again.id, 1, 0, 5)).rejects.toMatchObject({ code: 'not-found' })
})

test('no more than 32 files are read at a time', async () => {
  const { shares, open } = await place()
  const { id } = await open()
  const readers = []
  for (let count = 0; count < 32; count++) {
    const reader = (await shares.file(id, 0, 7))
      .read({ start: 0, end: 300_000, signal })
      [Symbol.asyncIterator]()
    await reader.next()
    readers.push(reader)
  }
  await expect(shares.file(id, 1, 7)).rejects.toMatchObject({ code: 'busy' })
  for (const reader of readers) await reader.return?.(undefined)
  expect((await shares.file(id, 1, 7)).name).toBe('note.txt')
})
