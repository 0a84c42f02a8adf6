import type { Settings } from '@shoal/api'
import { formatShareLink, SEALED_NAME, type Seal } from '@shoal/links'
import { parseMagnet, type TorrentApi } from '@shoal/torrent'

type Network = Pick<Settings['network'], 'publicUrl' | 'webrtc' | 'ownTracker'>

/** Of all trackers in a link, and of all web seeds: what is longer makes a QR code that no camera reads. */
const MAX_CHARACTERS = 1000

/** The page that opens the node's share links; empty while nobody knows how others reach the node. */
export function sharePage({ publicUrl }: Pick<Network, 'publicUrl'>): string {
  return publicUrl === null ? '' : `${publicUrl.replace(/\/+$/, '')}/share/`
}

/** What others see of a sealed share is a torrent of this name. */
export function isSealed({ name, metainfo }: Pick<TorrentApi, 'name' | 'metainfo'>): boolean {
  return name === SEALED_NAME && (metainfo?.info.files.filter(({ pad }) => !pad).length ?? 1) === 1
}

/** The link by which a browser downloads the torrent; begins with `#` without a page. Null when no browser could. */
export function shareLinkOf(torrent: TorrentApi, network: Network): string | null {
  const isMet = network.webrtc && (network.ownTracker || torrent.trackers.flat().some(isForPages))
  return isMet ? pageLinkOf(torrent, sharePage(network)) : null
}

/** The same for a page that has a tracker of its own. Null of private torrents, and of sealed ones, whose key only the link has that was told first. */
export function pageLinkOf(torrent: TorrentApi, page: string): string | null {
  const { metainfo, magnet } = torrent
  if (isSealed(torrent) || metainfo?.info.private) return null
  return linkOf(magnet, page, { lengthBytes: metainfo?.info.lengthBytes })
}

/** The link to what a magnet link names, with as many trackers as do not make it too long: those that a page can ask come first. */
export function linkOf(
  magnet: string,
  page: string,
  { lengthBytes, seal }: { readonly lengthBytes?: number | undefined; readonly seal?: Seal },
): string {
  const { infoHashes, name, trackers, webSeeds } = parseMagnet(magnet)
  const byUse = [...trackers.filter(isForPages), ...trackers.filter(url => !isForPages(url))]
  return formatShareLink(page, {
    magnet: {
      infoHashes,
      ...(name !== undefined && { name }),
      trackers: fitting(byUse),
      webSeeds: fitting(webSeeds),
    },
    ...(lengthBytes !== undefined && { lengthBytes }),
    ...(seal && { seal }),
  })
}

function isForPages(tracker: string): boolean {
  return /^wss?:/i.test(tracker)
}

function fitting(urls: readonly string[]): string[] {
  let room = MAX_CHARACTERS
  return urls.filter(({ length }) => {
    if (length > room) return false
    room -= length
    return true
  })
}
