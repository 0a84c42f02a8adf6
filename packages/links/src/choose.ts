/**
 * Chooses the contents of a share link: only sources that its receivers can use, and as many of
 * them as 300 characters hold.
 */
import { type Audience, audienceOf, audienceOfHost, includes, isSecureAddress } from './audience.ts'
import type { ShareLink } from './contents.ts'
import { hostOfPeer, type LinkPeer, withOneHash } from './peers.ts'
import { shortenName } from './shorten-name.ts'

/**
 * Maximum length of a link with its address, in characters. Few cameras can read a QR code with
 * more from a screen.
 */
export const MAX_LINK_CHARACTERS = 300
/** Number of characters left free in a link that has no address yet. */
const ADDRESS_CHARACTERS = 45
/**
 * UTF-8 bytes of a name: the minimum in a link if it fits together with other contents, and the
 * maximum if there is room left.
 */
const LEAST_NAME_BYTES = 32
const MORE_NAME_BYTES = [80, 48]
const MOST_NAME_BYTES = [240, 160, 120]

export interface LinkOptions {
  /** The audience of the link. Absent: that of its page, or everyone if it names no page. */
  readonly audience?: Audience
}

type Magnet = ShareLink['magnet']

/**
 * Returns the part of `share` that its link contains. `lengthOf`: returns the length of a link in
 * characters. In order of priority:
 *
 * 1. Info hashes, length, seal with its key, secret of the room, the beginning of the name, and the
 *    first address of a node are never left out, nor is a tracker of a private torrent. Only links
 *    with several of those exceed the limit, and by a few characters one with both hashes, both
 *    secrets and a node. The hub of the room is kept if its receivers can reach it.
 * 2. Addresses by which pages reach nodes without a tracker: all certificate hashes of the first
 *    one, and then others.
 * 3. The first tracker.
 * 4. More of the name.
 * 5. The other trackers.
 * 6. Web seeds.
 * 7. Peers that only programs outside a browser can connect to.
 * 8. The rest of the name.
 */
export function chooseContents(
  page: string,
  share: ShareLink,
  { audience = page === '' ? 'everyone' : audienceOf(page) }: LinkOptions,
  lengthOf: (share: ShareLink) => number,
): ShareLink {
  const { isPrivate = false } = share
  const { infoHashes, name, trackers = [] } = share.magnet
  const usable = usableBy(audience, page, share.magnet)
  const isNode = ({ host }: LinkPeer) => host.startsWith('/')
  const most = MAX_LINK_CHARACTERS - (page === '' ? ADDRESS_CHARACTERS : 0)
  const [node, ...otherNodes] = usable.peers.filter(isNode)
  const begun: Magnet = {
    infoHashes,
    ...(name !== undefined && { name: shortenName(name, LEAST_NAME_BYTES) }),
    ...{ trackers: isPrivate ? trackers : [], webSeeds: [] },
    peers: node ? [withOneHash(node) ?? node] : [],
  }
  const { roomHub, ...rest } = share
  const isHubUsable = roomHub !== undefined && isUsableHub(roomHub, { page, audience })
  let chosen: ShareLink = { ...rest, ...(isHubUsable && { roomHub }), magnet: begun }
  /** Takes the first alternative that fits, if any. */
  const take = (...alternatives: readonly ((magnet: Magnet) => Magnet)[]) => {
    const fitting = alternatives
      .map(add => ({ ...chosen, magnet: add(chosen.magnet) }))
      .find(each => lengthOf(each) <= most)
    if (fitting) chosen = fitting
  }
  const takePeer = (peer: LinkPeer) => {
    const shorter = withOneHash(peer)
    take(...[peer, ...(shorter ? [shorter] : [])].map(each => addTo('peers', each)))
  }
  const takeName = (sizes: readonly number[]) => {
    if (name !== undefined)
      take(...sizes.map(bytes => (magnet: Magnet) => ({ ...magnet, name: shortenName(name, bytes) })))
  }
  const [first, ...others] = isPrivate ? [] : usable.trackers
  if (node) take(magnet => ({ ...magnet, peers: [node] }))
  for (const peer of otherNodes) takePeer(peer)
  if (first !== undefined) take(addTo('trackers', first))
  takeName(MORE_NAME_BYTES)
  for (const url of others) take(addTo('trackers', url))
  for (const url of usable.webSeeds) take(addTo('webSeeds', url))
  for (const peer of usable.peers.filter(each => !isNode(each))) takePeer(peer)
  takeName(MOST_NAME_BYTES)
  return chosen
}

const addTo =
  (list: 'trackers' | 'webSeeds' | 'peers', item: string | LinkPeer) =>
  (magnet: Magnet): Magnet => ({ ...magnet, [list]: [...(magnet[list] ?? []), item] })

/**
 * Returns the sources that everyone in the audience can use in the page: of web seeds, those over
 * HTTP, and from a page on HTTPS only those over HTTPS.
 */
function usableBy(
  audience: Audience,
  page: string,
  magnet: Magnet,
): Pick<Required<Magnet>, 'trackers' | 'webSeeds' | 'peers'> {
  const { trackers, webSeeds, peers } = withoutNearby(magnet, audience)
  const own = hostTracker(page)
  return {
    // The page queries the tracker of its host anyway.
    trackers: usableTrackers(trackers, { page, audience }).filter(url => url !== own),
    webSeeds: webSeeds.filter(url => (isSecure(page) ? /^https:/i : /^https?:/i).test(url)),
    peers,
  }
}

/**
 * Returns the trackers that everyone in the audience can reach from the page: over WebSocket, and
 * encrypted if the page is.
 */
export function usableTrackers(
  trackers: readonly string[],
  { page, audience }: { readonly page: string; readonly audience: Audience },
): string[] {
  const scheme = isSecure(page) ? /^wss:/i : /^wss?:/i
  return trackers.filter(url => scheme.test(url) && includes(audienceOf(url), audience))
}

/** Returns whether everyone in the audience can connect to the hub of a room from the page. */
export function isUsableHub(
  hub: string,
  { page, audience }: { readonly page: string; readonly audience: Audience },
): boolean {
  return (isSecure(page) ? isSecureAddress(hub) : true) && includes(audienceOf(hub), audience)
}

const isSecure = (page: string) => /^https:/i.test(page)

/**
 * Returns the sources of a magnet link without those that some in `audience` could not reach:
 * addresses of a smaller network lead to another machine there, or to none. Also for untrusted
 * links, so that a browser never dials its own network for them.
 */
export function withoutNearby<Link extends Magnet>(
  magnet: Link,
  audience: Audience,
): Link & Pick<Required<Magnet>, 'trackers' | 'webSeeds' | 'sources' | 'peers'> {
  const { trackers = [], webSeeds = [], sources = [], peers = [] } = magnet
  const isReached = (url: string) => includes(audienceOf(url), audience)
  return {
    ...magnet,
    trackers: trackers.filter(isReached),
    webSeeds: webSeeds.filter(isReached),
    sources: sources.filter(isReached),
    peers: peers.filter(peer => includes(audienceOfHost(hostOfPeer(peer) ?? ''), audience)),
  }
}

/**
 * Returns the tracker of nodes and hubs at the address of a page or link, over WebSocket. Null if
 * it has no address.
 */
export function hostTracker(link: string): string | null {
  return /^https?:\/\/[^/]/i.test(link)
    ? (URL.parse('/announce', link.replace(/^http/i, 'ws'))?.href ?? null)
    : null
}
