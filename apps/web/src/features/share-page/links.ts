import {
  audienceOf,
  formatShareLink,
  isUsableHub,
  LinkError,
  type LinkErrorCode,
  parseLatestLink,
  type Seal,
  type ShareLink,
  withoutNearby,
} from '@shoal/links'
import { formatMagnet, parseMagnet } from '@shoal/torrent'
import type { TorrentSnapshot } from '../../shared/engine/protocol.ts'
import type { Services } from './services.ts'

/** The view that the address of the page requests. */
export type Opened =
  | { readonly kind: 'home' }
  /** A link of an earlier version. Few users have one, so its parser is loaded on demand. */
  | { readonly kind: 'older' }
  | { readonly kind: 'share'; readonly link: ShareLink; readonly magnet: string }
  | { readonly kind: 'wrong'; readonly code: LinkErrorCode }

/**
 * Parses a fragment of the page `page`, including `#`. Addresses in the link that belong to a
 * smaller network than the page's own are removed: they would lead this browser to its own machine,
 * or to another one in its network.
 */
export function parseFragment(fragment: string, page: string): Opened {
  if (/^#?\/?$/.test(fragment)) return { kind: 'home' }
  try {
    const given = parseLatestLink(decoded(fragment))
    if (!given) return { kind: 'older' }
    const audience = audienceOf(page)
    const { roomHub, ...rest } = { ...given, magnet: withoutNearby(given.magnet, audience) }
    const isUsable = roomHub !== undefined && isUsableHub(roomHub, { page, audience })
    const link = { ...rest, ...(isUsable && { roomHub }) }
    return { kind: 'share', link, magnet: formatMagnet(link.magnet) }
  } catch (error) {
    if (!(error instanceof LinkError)) throw error
    return { kind: 'wrong', code: error.code }
  }
}

/**
 * Decodes escapes: some programs escape the `:`, `?` and `&` of a magnet link in an address; others
 * do not.
 */
function decoded(fragment: string): string {
  if (!/^#magnet%3a/i.test(fragment)) return fragment
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}

/** Returns the link that opens a torrent in this page. `seal` describes how it is sealed. */
export function shareLink(
  { magnet, lengthBytes, isPrivate }: TorrentSnapshot,
  { page, config }: Pick<Services, 'page' | 'config'>,
  seal?: Seal,
): string {
  const share = {
    magnet: { ...parseMagnet(magnet), peers: config.nodes.map(host => ({ host, port: 0 })) },
    ...(lengthBytes > 0 && { lengthBytes }),
    ...(seal && { seal }),
    ...(isPrivate && { isPrivate }),
  }
  return formatShareLink(page, share)
}
