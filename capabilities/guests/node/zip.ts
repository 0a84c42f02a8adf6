import type { ReadableFile } from '@shoal/node/node/kernel/contract.ts'
import { safeComponent, safePaths, type TorrentApi, type TorrentFile } from '@shoal/torrent'
import { makeZip, predictLength } from 'client-zip'

interface Archived {
  readonly torrent: Pick<TorrentApi, 'name' | 'addedMs'>
  readonly files: readonly Pick<TorrentFile, 'path' | 'lengthBytes'>[]
  readonly etag: string
  /** Returns the bytes of one of the files. */
  read(at: number, signal: AbortSignal): AsyncIterable<Uint8Array>
}

/**
 * Files with their folders as one ZIP archive, created while it is read. Stored without
 * compression, so that its length is known in advance and its bytes are always the same, which lets
 * interrupted downloads resume.
 */
export function zipOf({ torrent, files, etag, read }: Archived): ReadableFile {
  const isFolder = files.every(({ path }) => path.length > 1)
  const folder = safeComponent(torrent.name, 'windows')
  const paths = safePaths(
    files.map(({ path }) => (isFolder ? path.slice(1) : path)),
    'windows',
  )
  const entries = files.map(({ lengthBytes }, at) => ({
    name: `${folder}/${paths[at]}`,
    size: lengthBytes,
    lastModified: new Date(torrent.addedMs),
  }))
  async function* inputs(signal: AbortSignal) {
    for (const [at, entry] of entries.entries()) yield { ...entry, input: read(at, signal) }
  }
  return {
    name: `${folder}.zip`,
    lengthBytes: Number(predictLength(entries)),
    mediaType: 'application/zip',
    etag,
    read: ({ start, end, signal }) => part(makeZip(inputs(signal), { buffersAreUTF8: true }), start, end),
  }
}

async function* part(archive: ReadableStream<Uint8Array>, start: number, end: number) {
  let at = 0
  for await (const chunk of archive) {
    const bytes = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at))
    at += chunk.length
    if (bytes.length > 0) yield bytes
    if (at >= end) return
  }
}
