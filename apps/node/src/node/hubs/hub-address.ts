import { Failure } from '@shoal/daemon/failure'
import { isLocalHost } from '@shoal/torrent/local-address'

export interface HubAddress {
  /** The origin of the hub. */
  readonly url: string
  /** The secret of an invitation; null if there is none. */
  readonly invitation: string | null
}

/**
 * Parses the address of a hub as people share it: of any of its pages, or an invitation link
 * (`https://hub.example.org/join#invitation=…`). A bare host means https. Throws `bad-argument`.
 */
export function readHubAddress(text: string): HubAddress {
  const trimmed = text.trim()
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`)
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw new Failure(
      'bad-argument',
      'this is not the address of a hub: it begins with https://, as the link of an invitation does',
      { field: 'url' },
    )
  if (url.username !== '' || url.password !== '')
    throw new Failure('bad-argument', 'the address of a hub has no user name and no password', {
      field: 'url',
    })
  const invitation = new URLSearchParams(url.hash.slice(1)).get('invitation')
  return { url: url.origin, invitation: invitation === null || invitation === '' ? null : invitation }
}

/** Parses an invitation to the hub at `url`: its code, or its link. Throws `bad-argument`. */
export function readInvitation(text: string, url: string): string {
  if (!text.includes('#')) return text
  const link = readHubAddress(text)
  if (link.url === url && link.invitation !== null) return link.invitation
  throw new Failure('bad-argument', 'this is not the link of an invitation to this hub', {
    field: 'invitation',
  })
}

/**
 * Returns whether the traffic is readable in transit. Tor encrypts the connection to an onion
 * service.
 */
export function isExposed(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !isLocalHost(hostname) && !hostname.endsWith('.onion')
}
