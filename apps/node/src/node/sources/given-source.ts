/** Reads the source of a request to add or preview. */

import { Failure } from '@shoal/daemon/failure'
import { readMetainfo, type TorrentSource } from '@shoal/torrent'

/**
 * Rejects with `bad-request` unless exactly one of `source` and `torrent` is given, and with
 * `bad-torrent`. `torrent` is in base64.
 */
export async function givenSource({
  source,
  torrent,
}: {
  source?: string | undefined
  torrent?: string | undefined
}): Promise<TorrentSource> {
  if ((source === undefined) === (torrent === undefined))
    throw new Failure(
      'bad-request',
      'give either source (a link or path) or torrent (the content of a .torrent)',
      {
        field: 'source',
      },
    )
  return source ?? (await readMetainfo(Buffer.from(torrent!, 'base64')))
}
