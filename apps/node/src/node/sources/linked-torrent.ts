import { readMetainfo } from '@shoal/torrent'
import type { FileDownload, FileProtocol } from '../transfers/service.ts'

const LIMIT_MS = 30_000

export interface LinkedTorrentOptions {
  readonly signal?: AbortSignal
  readonly outsideOnly: boolean
}

/**
 * Returns the .torrent that a plain file's server names in a Link header (RFC 6249), if it
 * describes exactly this file: a single file of the same length. Returns null if there is none, if
 * it cannot be fetched, or if the link may contain a secret, which the torrent would reveal as its
 * web seed.
 */
export async function linkedTorrent(
  link: string,
  { torrentUrl, totalBytes }: FileDownload,
  protocol: FileProtocol,
  { signal, outsideOnly }: LinkedTorrentOptions,
): Promise<Uint8Array | null> {
  if (!torrentUrl || totalBytes === null || mayBeSecret(link)) return null
  const limit = AbortSignal.timeout(LIMIT_MS)
  try {
    const both = signal ? AbortSignal.any([signal, limit]) : limit
    const content = await protocol.torrentBehind?.(torrentUrl.href, { signal: both, outsideOnly })
    if (!content || typeof content === 'string') return null
    const { info } = await readMetainfo(content)
    return info.singleFile && info.lengthBytes === totalBytes ? content : null
  } catch {
    signal?.throwIfAborted()
    return null
  }
}

/** Returns whether a URL has a password, or a query, which often contains one. */
function mayBeSecret(link: string): boolean {
  const { username, password, search } = new URL(link)
  return username !== '' || password !== '' || search !== ''
}
