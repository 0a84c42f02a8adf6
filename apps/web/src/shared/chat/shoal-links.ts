import { parseShareLink, SEALED_NAME, type Seal } from '@shoal/links'
import { hex } from '@shoal/torrent/base'
import { kindOf } from '../media/media-type.ts'

export type LinkKind = 'picture' | 'video' | 'audio' | 'text' | 'other'

/** A link in a message that Shoal can open. */
export interface ShoalLink {
  readonly link: string
  /** Null if the link does not contain one. */
  readonly name: string | null
  readonly lengthBytes: number | null
  /** Derived from the name. Null if that is the name of a folder, or unknown. */
  readonly kind: LinkKind | null
  /** Info hashes, as the node names torrents. */
  readonly ids: readonly string[]
  readonly isSealed: boolean
  /** Whether the link alone is enough to read the content. */
  readonly isReadable: boolean
  /** False if the link is truncated or was changed. */
  readonly isWhole: boolean
}

const LINK = /(?:https?:\/\/[^\s#<>]{1,2000})?#s\d[\w-]{20,90000}|magnet:\?[^\s<>"]{1,8000}/g
const MAX_LINKS = 10

/** Returns the Shoal links in a text, without duplicates. */
export function shoalLinksIn(text: string): readonly ShoalLink[] {
  const links = [...new Set(text.match(LINK) ?? [])].filter(
    link => !/^magnet:/.test(link) || /xt=/.test(link),
  )
  return links.slice(0, MAX_LINKS).map(readLink)
}

/**
 * Replaces the Shoal links in a text, which are shown below it, with their names. Returns an empty
 * text if there is nothing else.
 */
export function withoutLinks(text: string): string {
  if (!/[\p{L}\p{N}\p{S}]/u.test(text.replace(LINK, ''))) return ''
  let count = 0
  return text.replace(LINK, link => {
    // Further ones are hardly read by anybody, and each costs time.
    if (++count > MAX_LINKS) return '…'
    return `“${(readLink(link).name ?? '…').replace(/[*_`~[\]<>\\]/g, '\\$&')}”`
  })
}

export function readLink(link: string): ShoalLink {
  try {
    const at = link.startsWith('magnet:') ? `#${link}` : link
    const { magnet, lengthBytes, seal } = parseShareLink(at)
    const size = lengthBytes ?? exactLength(link)
    const isUnnamed = magnet.name === undefined || (seal && magnet.name === SEALED_NAME)
    const name = isUnnamed ? null : magnet.name!
    const { v1, v2 } = magnet.infoHashes
    return {
      ...{ link, name, kind: kindOfName(name), lengthBytes: size },
      ids: [v1, v2].flatMap(hash => (hash ? [hex(hash)] : [])),
      ...{ isSealed: seal !== undefined, isReadable: isReadable(seal), isWhole: true },
    }
  } catch {
    const unknown = { name: null, lengthBytes: null, kind: null, ids: [] }
    return { link, ...unknown, isSealed: false, isReadable: false, isWhole: false }
  }
}

export const isSealedLink = (link: string): boolean => readLink(link).isSealed

/**
 * Other seals need a passphrase, or a key that the node does not have: those links open in the
 * share page.
 */
const isReadable = (seal: Seal | undefined): boolean => seal === undefined || seal.by === 'key'

function kindOfName(name: string | null): LinkKind | null {
  // Names of folders can contain a dot, but hardly ever end like file names.
  if (name === null || !/[^.]\.[a-z0-9]{1,5}$/i.test(name)) return null
  const kind = kindOf(name)
  return kind === 'markdown' ? 'text' : kind === 'pdf' ? 'other' : kind
}

/** `xl` of a magnet link is its length in bytes. */
function exactLength(link: string): number | null {
  const [, digits] = /[?&]xl=(\d{1,15})(?:&|$)/.exec(link) ?? []
  return digits === undefined ? null : Number(digits)
}
