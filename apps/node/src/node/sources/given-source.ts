/** Reads the source that a client gives to be added or previewed. */

import { Failure } from '@shoal/daemon/failure'
import { type Metainfo, parseMetainfo, type TorrentSource } from '@shoal/torrent'

/** Throws `bad-request` unless exactly one of the two ways to name a torrent was used, and `bad-torrent`. */
export function givenSource({
  source,
  torrent,
}: {
  source?: string | undefined
  torrent?: string | undefined
}): TorrentSource {
  if ((source === undefined) === (torrent === undefined))
    throw new Failure(
      'bad-request',
      'give either source (a link or path) or torrent (the content of a .torrent)',
      {
        field: 'source',
      },
    )
  return source ?? readTorrent(torrent!)
}

/** Content of a .torrent, from base64. Throws `bad-torrent`. */
function readTorrent(base64: string): Metainfo {
  return parseMetainfo(Buffer.from(base64, 'base64'))
}
