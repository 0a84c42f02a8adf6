import type { Settings } from '@shoal/api'
import {
  type Audience,
  audienceOf,
  formatShareLink,
  SEALED_NAME,
  type Seal,
  usableTrackers,
} from '@shoal/links'
import { parseMagnet, type TorrentApi } from '@shoal/torrent'

interface Network extends Pick<Settings['network'], 'publicUrl' | 'webrtc' | 'ownTracker'> {
  /** Names by which pages reach this node over libp2p, without a tracker. */
  readonly pagePeers?: readonly string[]
}

/** The page that opens the node's share links; empty while no address for others is known. */
export function sharePage({ publicUrl }: Pick<Network, 'publicUrl'>): string {
  return publicUrl === null ? '' : `${publicUrl.replace(/\/+$/, '')}/share/`
}

/** Name under which others see a sealed share's torrent. */
export function isSealed({ name, metainfo }: Pick<TorrentApi, 'name' | 'metainfo'>): boolean {
  return name === SEALED_NAME && (metainfo?.info.files.filter(({ pad }) => !pad).length ?? 1) === 1
}

/**
 * Returns the link by which a browser downloads the torrent. It starts with `#` if there is no
 * page. Null if no browser could download it.
 */
export function createShareLink(torrent: TorrentApi, network: Network): string | null {
  if (!network.webrtc) return null
  const peers = linkedPeers(torrent, network)
  return isMet(torrent, network) || peers.length > 0
    ? createPageLink(torrent, sharePage(network), peers)
    : null
}

/** Returns the node's names for a link. With a tracker, pages need not load libp2p. */
export function linkedPeers(torrent: Pick<TorrentApi, 'trackers'>, network: Network): readonly string[] {
  return !network.webrtc || isMet(torrent, network) ? [] : (network.pagePeers ?? [])
}

/** Returns whether pages find others by a tracker that everyone with the link can reach. */
function isMet({ trackers }: Pick<TorrentApi, 'trackers'>, network: Network): boolean {
  return network.ownTracker || usableTrackers(trackers.flat(), linkPlace(sharePage(network))).length > 0
}

/**
 * The same for a page with its own tracker. Null for private torrents, and for sealed ones, whose
 * key is only in the original link.
 */
export function createPageLink(
  torrent: TorrentApi,
  page: string,
  pagePeers: readonly string[] = [],
): string | null {
  const { metainfo, magnet } = torrent
  if (isSealed(torrent) || metainfo?.info.private) return null
  return createLink(magnet, page, { lengthBytes: metainfo?.info.lengthBytes, pagePeers })
}

/** Returns the link of a sealed share. Without `page`, it starts with `#`. */
export function createSealedLink(
  { magnet, metainfo }: Pick<TorrentApi, 'magnet' | 'metainfo'>,
  seal: Seal,
  page: string,
  pagePeers: readonly string[] = [],
): string {
  const { lengthBytes, private: isPrivate } = metainfo?.info ?? {}
  return createLink(magnet, page, { lengthBytes, isPrivate, seal, pagePeers })
}

/** Returns the share link for a magnet link. */
export function createLink(
  magnet: string,
  page: string,
  options: {
    readonly lengthBytes?: number | undefined
    readonly isPrivate?: boolean | undefined
    readonly seal?: Seal
    readonly pagePeers?: readonly string[]
  },
): string {
  const { lengthBytes, isPrivate = false, seal, pagePeers = [] } = options
  const peers = pagePeers.map(host => ({ host, port: 0 }))
  const share = {
    magnet: { ...parseMagnet(magnet), peers },
    ...(lengthBytes !== undefined && { lengthBytes }),
    ...(seal && { seal }),
    ...(isPrivate && { isPrivate }),
  }
  return formatShareLink(page, share, linkPlace(page))
}

/**
 * While the node knows no address for others, its links work on this machine. A console opened from
 * another machine adds the address that it used.
 */
function linkPlace(page: string): { readonly page: string; readonly audience: Audience } {
  return { page, audience: page === '' ? 'machine' : audienceOf(page) }
}
