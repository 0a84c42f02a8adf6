import { formatMagnet } from '@shoal/torrent'
import { hostTracker, parseShareLink } from '../../packages/links/src/index.ts'

/**
 * Returns the magnet link for an engine that opens a share link like a page: with the tracker of
 * the link's host, which the link does not contain.
 */
export function linkedMagnet(link: string): string {
  const { magnet } = parseShareLink(link)
  const own = hostTracker(link)
  return formatMagnet({ ...magnet, trackers: [...(magnet.trackers ?? []), ...(own === null ? [] : [own])] })
}
