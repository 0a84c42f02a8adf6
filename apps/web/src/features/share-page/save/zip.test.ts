import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import type { ShareFile } from '../share-file.ts'
import { createZip } from './zip.ts'

const fileOf = (path: readonly string[], bytes: Uint8Array<ArrayBuffer>): ShareFile => ({
  index: 0,
  path,
  lengthBytes: bytes.length,
  haveBytes: bytes.length,
  read: () => new Blob([bytes]).stream(),
})
const text = (words: string) => new TextEncoder().encode(words)

/** Takes the bytes away from where they come from, as a page that hands them on does. */
async function whole(file: ShareFile, start = 0, end = file.lengthBytes): Promise<Uint8Array> {
  const taken: Uint8Array[] = []
  const reader = file.read({ start, end }).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return new Uint8Array(Buffer.concat(taken))
    taken.push(structuredClone(value, { transfer: [value.buffer] }))
  }
}

const FILES = [
  fileOf(['day 1', 'boats.txt'], text('The boats leave at dawn.')),
  fileOf(['empty'], text('')),
  fileOf(['..', 'CON'], text('x')),
  fileOf(['Empty'], text('y')),
]

/** Reads the central directory, and the entries that it points to. */
function read(zip: Uint8Array) {
  const view = new DataView(zip.buffer)
  const end = zip.length - 22
  expect(view.getUint32(end, true)).toBe(0x06054b50)
  let at = view.getUint32(end + 16, true)
  expect(at + view.getUint32(end + 12, true)).toBe(end)
  return Array.from({ length: view.getUint16(end + 10, true) }, () => {
    const [crc, length] = [view.getUint32(at + 16, true), view.getUint32(at + 24, true)]
    const nameLength = view.getUint16(at + 28, true)
    const offset = view.getUint32(at + 42, true)
    const nameOf = (from: number) => new TextDecoder().decode(zip.subarray(from, from + nameLength))
    const name = nameOf(at + 46)
    expect([view.getUint32(offset, true), nameOf(offset + 30)]).toEqual([0x04034b50, name])
    const content = zip.subarray(offset + 30 + nameLength).subarray(0, length)
    expect(crc32(content)).toBe(crc)
    at += 46 + nameLength
    return [name, new TextDecoder().decode(content)]
  })
}

test('an archive holds all files in a folder of its own, under names that any system takes, and is as long as it says', async () => {
  const zip = createZip(FILES, 'Trip: 1')
  expect(zip.path).toEqual(['Trip_ 1.zip'])
  const bytes = await whole(zip)
  expect(bytes.length).toBe(zip.lengthBytes)
  expect(read(bytes)).toEqual([
    ['Trip_ 1/day 1/boats.txt', 'The boats leave at dawn.'],
    ['Trip_ 1/empty', ''],
    ['Trip_ 1/__/_CON', 'x'],
    ['Trip_ 1/Empty (2)', 'y'],
  ])
})

test('a part of it is what lies there', async () => {
  const zip = createZip(FILES, 'Trip')
  const bytes = await whole(zip)
  expect(await whole(zip, 50, 120)).toEqual(bytes.subarray(50, 120))
})

test('what fails in a file fails the archive', async () => {
  const read = () => new ReadableStream<Uint8Array>({ pull: c => c.error(new Error('gone')) })
  await expect(whole(createZip([{ ...FILES[0]!, read }], 'Trip'))).rejects.toThrow('gone')
})

test('whoever stops reading ends the reading of the file', async () => {
  let isCancelled = false
  const read = () =>
    new ReadableStream<Uint8Array>({
      pull: controller => controller.enqueue(new Uint8Array(10)),
      cancel: () => {
        isCancelled = true
      },
    })
  const reader = createZip([{ ...FILES[0]!, read }], 'Trip')
    .read({ start: 0, end: 1e9 })
    .getReader()
  for (let i = 0; i < 3; i++) await reader.read()
  await reader.cancel()
  await expect.poll(() => isCancelled).toBe(true)
})
