import { safeComponent, safePaths } from '@shoal/torrent'
import type { ShareFile } from '../files/share-file.ts'
import { crc32 } from './crc32.ts'
import { centralRecord, dataDescriptor, endRecords, localHeader, type ZipEntry } from './zip-records.ts'

/**
 * The files as one ZIP archive, made while it is read: for browsers that let no page write into a folder. Stored, not compressed, so that its
 * length is known before its first byte.
 */
export function zipOf(files: readonly ShareFile[], shareName: string): ShareFile {
  const folder = safeComponent(shareName, 'windows')
  const paths = safePaths(
    files.map(({ path }) => path),
    'windows',
  )
  const names = paths.map(path => new TextEncoder().encode(`${folder}/${path}`))
  const when = new Date()
  return {
    index: -1,
    path: [`${folder}.zip`],
    lengthBytes: lengthOf(files, names, when),
    haveBytes: null,
    read: ({ start, end }) => streamOf(slice(parts(files, names, when), start, end)),
  }
}

function lengthOf(files: readonly ShareFile[], names: readonly Uint8Array[], when: Date): number {
  let length = 0
  const entries = files.map(({ lengthBytes }, i) => {
    const entry = { name: names[i]!, lengthBytes, offset: length, crc: 0, when }
    length += localHeader(entry).length + lengthBytes + dataDescriptor(entry).length
    return entry
  })
  const central = entries.reduce((sum, entry) => sum + centralRecord(entry).length, 0)
  return length + central + endRecords(entries.length, length, central).length
}

/** Whoever is given bytes may take them away: nothing is asked of them after. */
async function* parts(
  files: readonly ShareFile[],
  names: readonly Uint8Array[],
  when: Date,
): AsyncGenerator<Uint8Array> {
  const entries: ZipEntry[] = []
  let offset = 0
  for (const [i, file] of files.entries()) {
    const { lengthBytes } = file
    const entry = { name: names[i]!, lengthBytes, offset, crc: 0, when }
    const header = localHeader(entry)
    offset += header.length + lengthBytes
    yield header
    for await (const bytes of contentOf(file)) {
      entry.crc = crc32(bytes, entry.crc)
      yield bytes
    }
    const descriptor = dataDescriptor(entry)
    offset += descriptor.length
    yield descriptor
    entries.push(entry)
  }
  const records = entries.map(centralRecord)
  const length = records.reduce((sum, record) => sum + record.length, 0)
  yield* records
  yield endRecords(entries.length, offset, length)
}

/** Not every browser iterates over streams. */
async function* contentOf(file: ShareFile): AsyncGenerator<Uint8Array> {
  const reader = file.read({ start: 0, end: file.lengthBytes }).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

async function* slice(
  source: AsyncGenerator<Uint8Array>,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const bytes of source) {
    const part = bytes.subarray(Math.max(0, start - at), Math.max(0, end - at))
    at += bytes.length
    if (part.length > 0) yield part
    if (at >= end) return
  }
}

function streamOf(source: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await source.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
