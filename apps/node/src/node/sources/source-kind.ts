import { Failure } from '@shoal/daemon/failure'
import { isMutableMagnet } from '@shoal/torrent'
import { refuseIpfsCid } from '../../base/ipfs-cid.ts'
import { SHOAL } from '../../base/program.ts'
import { withoutPassword } from '../../base/without-password.ts'
import type { FileProtocol } from '../transfers/service.ts'
import { isTorrentLink, TORRENT_LINKS } from './torrent-link.ts'

/** Maximum length of an identifier in an error. */
const SHOWN_LENGTH = 80

export type SourceKind =
  | { readonly kind: 'torrent' }
  | { readonly kind: 'file'; readonly protocol: FileProtocol }

/**
 * Returns the kind of an identifier. Throws `unknown-identifier` with a list of supported ones, and
 * `ipfs-content-id`.
 */
export function sourceKind(
  identifier: string,
  protocols: readonly FileProtocol[],
  options: { outsideOnly?: boolean } = {},
): SourceKind {
  const text = identifier.trim()
  if (isMutableMagnet(text)) {
    throw new Failure(
      'unknown-identifier',
      `the owner of this link can replace its torrent: ${SHOAL} follow LINK adds it, and each later version`,
      { field: 'source' },
    )
  }
  refuseIpfsCid(text)
  if (isTorrentLink(text, options)) return { kind: 'torrent' }
  const protocol = protocols.find(each => each.canHandle(text))
  if (protocol) return { kind: 'file', protocol }
  const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
  const known = [TORRENT_LINKS, ...protocols].map(
    ({ name, understands }) => `${name}: ${understands.join(', ')}`,
  )
  throw new Failure(
    'unknown-identifier',
    `${withoutPassword(shown) || 'nothing'} cannot be downloaded. Supported links: ${known.join('; ')}`,
    { field: 'source' },
  )
}
