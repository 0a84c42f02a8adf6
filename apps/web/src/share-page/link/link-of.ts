import { formatShareLink } from '@shoal/links'
import { parseMagnet } from '@shoal/torrent'
import type { TorrentSnapshot } from '../../peer/protocol.ts'

/** The link that opens a torrent in the page at `page`. */
export function linkOf({ magnet, lengthBytes }: TorrentSnapshot, page: string): string {
  return formatShareLink(page, { magnet: parseMagnet(magnet), ...(lengthBytes > 0 && { lengthBytes }) })
}
