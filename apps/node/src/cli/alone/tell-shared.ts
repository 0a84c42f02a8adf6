import { audienceOf } from '@shoal/links'
import type { TorrentApi } from '@shoal/torrent'
import { createPageLink } from '../../base/share-link.ts'
import { formatBytes } from '../format.ts'
import type { View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { describeTorrent } from './describe.ts'

/**
 * Reports that a torrent is shared, with its links. With a `page`, the link for browsers comes
 * first.
 */
export function tellShared(view: View, torrent: TorrentApi, path: string, page?: string): void {
  const { metainfo, magnet } = torrent
  if (!metainfo) return
  const { files: _files, ...description } = describeTorrent(metainfo)
  const link = page === undefined ? null : createPageLink(torrent, page)
  const links = [...(link === null ? [] : [link]), magnet].map(each => `\n  ${each}`).join('')
  const audience = link === null ? null : audienceOf(link)
  const note = audience === null ? '' : `\n${texts.add.pageFor[audience]}`
  view.tell(
    `${texts.share.sharing({ name: description.name ?? '', size: formatBytes(description.length ?? 0) })}${links}${note}`,
    {
      event: 'sharing',
      ...description,
      magnet,
      ...(link !== null && { link, audience }),
      path,
    },
  )
}
