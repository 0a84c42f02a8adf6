import type { BrowserPeer } from '../../shared/engine/browser-peer.ts'
import type { FileSnapshot } from '../../shared/engine/protocol.ts'

/** A file of a torrent or of an opened sealed share. */
export interface ShareFile {
  readonly index: number
  /** Path below the name of the share; the name itself if the share is a single file. */
  readonly path: readonly string[]
  readonly lengthBytes: number
  /** Verified bytes on this device; null inside a sealed share, where this is unknown. */
  readonly haveBytes: number | null
  /** The file's address at the node that serves the page, if the node serves the file. */
  readonly href?: string
  /** Reads the bytes `[start, end)` in order. Missing pieces are downloaded with priority. */
  read(range: { readonly start: number; readonly end: number }): ReadableStream<Uint8Array>
}

/** Files with the name of their share. */
export interface NamedFiles {
  /** Null if the files have no common folder. */
  readonly name: string | null
  readonly files: readonly ShareFile[]
}

/**
 * Returns the files of a torrent. `base`: the common prefix of the addresses of the files at the
 * node.
 */
export function listFiles(
  peer: BrowserPeer,
  id: string,
  files: readonly FileSnapshot[],
  base?: string,
): ShareFile[] {
  const isFolder = files.length > 1 || (files[0]?.path.length ?? 0) > 1
  return files.map(({ index, path, lengthBytes, haveBytes }) => ({
    index,
    path: isFolder ? path.slice(1) : path,
    lengthBytes,
    haveBytes,
    ...(base && { href: base + index }),
    read: range => peer.read(id, index, range),
  }))
}

export function nameOf({ path }: Pick<ShareFile, 'path'>): string {
  return path.at(-1) ?? ''
}
