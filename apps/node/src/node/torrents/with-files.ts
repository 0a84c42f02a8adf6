import { Failure } from '../../base/failure.ts'
import type { ManagedTorrent } from './managed-torrent.ts'

/** Throws `no-metadata` while nothing is known of its files. */
export function withFiles(torrent: ManagedTorrent): ManagedTorrent {
  if (torrent.api.metainfo) return torrent
  throw new Failure('no-metadata', 'its files are not known yet: wait until a peer has told the metadata')
}
