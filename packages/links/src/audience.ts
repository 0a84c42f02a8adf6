import { isLocalHost, isLoopback } from '@shoal/torrent/local-address'

/** Whom a link works for: browsers of this machine, of its network, or all. */
export type Audience = 'machine' | 'network' | 'everyone'

const FROM_SMALLEST: readonly Audience[] = ['machine', 'network', 'everyone']

/** Returns the largest audience that an address can have, as far as its host tells. An address that is none has the smallest. */
export function audienceOf(url: string): Audience {
  return audienceOfHost(URL.parse(url)?.hostname ?? '')
}

/** The same for a host, an IP address or a name. */
export function audienceOfHost(host: string): Audience {
  if (host === '' || isLoopback(host) || /^(?:0\.0\.0\.0|\[?::\]?)$/.test(host)) return 'machine'
  // RFC 6598: the network of a provider, which virtual private networks use, too. A name without a dot is of the local network.
  const isShared = /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(host)
  return isLocalHost(host) || isShared || !/[.:]/.test(host) ? 'network' : 'everyone'
}

/** Returns whether everybody in `audience` can reach what works for `reached`. */
export function includes(reached: Audience, audience: Audience): boolean {
  return FROM_SMALLEST.indexOf(reached) >= FROM_SMALLEST.indexOf(audience)
}

/** Whether browsers consider the pages at an address secure (https, or this machine): they give others neither storage nor a service worker. */
export function isSecureAddress(url: string): boolean {
  const page = URL.parse(url)
  return page !== null && (page.protocol === 'https:' || isLoopback(page.hostname))
}
