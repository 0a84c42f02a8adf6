import { Failure } from '@shoal/daemon/failure'
import { isShareLink, LinkError, parseShareLink, type ShareLink } from '@shoal/links'
import type { TorrentSource } from '@shoal/torrent'

/** Parses a share link; returns null for any other source. Throws `bad-request` for a truncated or altered link. */
export function toShareLink(source: TorrentSource): ShareLink | null {
  if (typeof source !== 'string' || !isShareLink(source)) return null
  try {
    return parseShareLink(source)
  } catch (error) {
    if (!(error instanceof LinkError)) throw error
    throw new Failure('bad-request', error.message, { field: 'source', cause: error })
  }
}
