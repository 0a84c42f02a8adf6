import { formatShareLink, type Seal } from '@shoal/links'
import { parseMagnet } from '@shoal/torrent'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'

/** The link that opens a torrent in the page at `page`; `seal`: how it is sealed. */
export function linkOf({ magnet, lengthBytes }: TorrentSnapshot, page: string, seal?: Seal): string {
  return formatShareLink(page, {
    magnet: parseMagnet(magnet),
    ...(lengthBytes > 0 && { lengthBytes }),
    ...(seal && { seal }),
  })
}
