import type { Torrent } from '@shoal/api'
import { shortHash } from '@shoal/links'

/** Returns the torrent of a version. `infoHash`: 20 bytes in hex. */
export function torrentOf(torrents: Iterable<Torrent>, infoHash: string): Torrent | undefined {
  for (const torrent of torrents) if (shortHash(torrent) === infoHash) return torrent
  return undefined
}
