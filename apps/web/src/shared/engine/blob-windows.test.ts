import { expect, test } from 'vitest'
import { BlobWindows } from './blob-windows.ts'

const KIB = 1024
const content = Uint8Array.from({ length: 3 * 2 ** 20 + 12_345 }, (_, at) => (at * 7 + (at >> 12)) & 0xff)

/** A file that tells where it was read. */
function counted(bytes: Uint8Array<ArrayBuffer>) {
  const reads: [number, number][] = []
  const blob = new Blob([bytes])
  const file = Object.assign(Object.create(blob) as Blob, {
    slice(from: number, to: number) {
      reads.push([from, to])
      return blob.slice(from, to)
    },
  })
  return { file, reads }
}

async function read(windows: BlobWindows, file: Blob, offset: number, length: number): Promise<Uint8Array> {
  const into = new Uint8Array(length)
  await windows.read(0, file, offset, [into.subarray(0, 3), into.subarray(3)])
  return into
}

test('any stretch is what the file holds, across windows and to its end', async () => {
  const { file } = counted(content)
  const windows = new BlobWindows(512 * KIB)
  for (const [offset, length] of [
    [0, 1],
    [512 * KIB - 1, 2],
    [100_000, 2_000_000],
    [content.length - 5, 5],
    [7, 0],
  ] as const)
    expect(await read(windows, file, offset, length)).toEqual(content.subarray(offset, offset + length))
})

test('the blocks of a piece are one read, also when they are asked for at once', async () => {
  const { file, reads } = counted(content)
  const windows = new BlobWindows(512 * KIB)
  await Promise.all([3, 0, 1, 2].map(part => read(windows, file, part * 128 * KIB, 128 * KIB)))
  expect(reads).toEqual([[0, 512 * KIB]])
})

test('who reads on is read for further ahead each time, and nothing twice', async () => {
  const { file, reads } = counted(content)
  const windows = new BlobWindows(256 * KIB)
  await read(windows, file, 1024 * KIB, KIB)
  for (let at = 0; at < content.length; at += 100_000)
    await read(windows, file, at, Math.min(100_000, content.length - at))
  expect(reads.map(([from, to]) => [from / KIB, to / KIB])).toEqual([
    [1024, 1280],
    [0, 256],
    [256, 768],
    [768, 1024],
    [1280, 1792],
    [1792, 2816],
    [2816, 4864],
  ])
})

test('more readers than peers are sent to at a time read nothing twice', async () => {
  const { file, reads } = counted(new Uint8Array(40 * 2 ** 20))
  const windows = new BlobWindows(1024 * KIB)
  const readers = Array.from({ length: 12 }, (_, at) => at * 3)
  for (let block = 0; block < 4; block++)
    for (const piece of readers) await read(windows, file, piece * 1024 * KIB + block * 256 * KIB, 256 * KIB)
  expect(reads).toHaveLength(readers.length)
})

test('few windows are kept', async () => {
  const { file, reads } = counted(new Uint8Array(40 * 2 ** 20))
  const windows = new BlobWindows(1024 * KIB)
  for (let at = 0; at < 17; at++) await read(windows, file, at * 2048 * KIB, KIB)
  await read(windows, file, 16 * 2048 * KIB, KIB)
  expect(reads).toHaveLength(17)
  await read(windows, file, 0, KIB)
  expect(reads).toHaveLength(18)
})

test('pieces are read by no less than 256 KiB, and at first no more than 1 MiB', async () => {
  for (const [pieceBytes, window] of [
    [16 * KIB, 256 * KIB],
    [64 * 2 ** 20, 2 ** 20],
  ] as const) {
    const { file, reads } = counted(content)
    await read(new BlobWindows(pieceBytes), file, 0, 1)
    expect(reads).toEqual([[0, window]])
  }
})

test('a file that became shorter or cannot be read any more says so, and is read anew when it can', async () => {
  const windows = new BlobWindows(512 * KIB)
  await expect(read(windows, new Blob(['short']), 0, 6)).rejects.toMatchObject({ code: 'io' })
  windows.clear()
  const { file } = counted(content)
  let isGone = true
  const slice = (from: number, to: number) =>
    isGone ? { arrayBuffer: () => Promise.reject(new Error('NotReadableError')) } : file.slice(from, to)
  const flaky = { slice } as unknown as Blob
  await expect(read(windows, flaky, 0, 6)).rejects.toMatchObject({ code: 'io' })
  isGone = false
  expect(await read(windows, flaky, 0, 6)).toEqual(content.subarray(0, 6))
})
