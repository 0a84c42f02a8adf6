import type { BrowserPeer } from '../../shared/engine/browser-peer.ts'
import type { FileSnapshot } from '../../shared/engine/protocol.ts'

/** A file as the page shows, plays and saves it, wherever its bytes come from. */
export interface ShareFile {
  readonly index: number
  /** Below the name of the share; of a file alone, its name. */
  readonly path: readonly string[]
  readonly lengthBytes: number
  /** Bytes that are here; null where nobody can tell: inside a sealed share. */
  readonly haveBytes: number | null
  /** The bytes `[start, end)` in order. What is missing is fetched first. */
  read(range: { readonly start: number; readonly end: number }): ReadableStream<Uint8Array>
}

/** The files of something that has a name of its own. */
export interface NamedFiles {
  /** Null where nothing holds them all. */
  readonly name: string | null
  readonly files: readonly ShareFile[]
}

/** The files of a torrent. */
export function filesOf(peer: BrowserPeer, id: string, files: readonly FileSnapshot[]): ShareFile[] {
  const isFolder = files.length > 1 || (files[0]?.path.length ?? 0) > 1
  return files.map(({ index, path, lengthBytes, haveBytes }) => ({
    index,
    path: isFolder ? path.slice(1) : path,
    lengthBytes,
    haveBytes,
    read: range => peer.read(id, index, range),
  }))
}

export function nameOf({ path }: Pick<ShareFile, 'path'>): string {
  return path.at(-1) ?? ''
}
