import type { TorrentApi } from '@shoal/torrent'
import { describeTorrent } from '../content/describe.ts'
import { formatBytes } from '../text/format.ts'
import type { View } from '../view/view.ts'

/** Says that a torrent is shared, and by which link. */
export function tellShared(view: View, torrent: TorrentApi, path: string): void {
  const { metainfo } = torrent
  if (!metainfo) return
  const { files: _files, ...description } = describeTorrent(metainfo)
  view.tell(`Sharing ${description.name} (${formatBytes(description.length ?? 0)})\n  ${torrent.magnet}`, {
    event: 'sharing',
    ...description,
    magnet: torrent.magnet,
    path,
  })
}
