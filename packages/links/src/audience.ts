import { isLocalHost, isLoopback } from '@shoal/torrent/local-address'

/** The browsers for which a link works: those of this machine, of its network, or all. */
export type Audience = 'machine' | 'network' | 'everyone'

const FROM_SMALLEST: readonly Audience[] = ['machine', 'network', 'everyone']

/**
 * Returns the largest audience that an address can have, judging by its host. Text that is not an
 * address has the smallest.
 */
export function audienceOf(url: string): Audience {
  return audienceOfHost(URL.parse(url)?.hostname ?? '')
}

/** The same for a host, an IP address or a name. */
export function audienceOfHost(host: string): Audience {
  if (host === '' || isLoopback(host) || /^(?:0\.0\.0\.0|\[?::\]?)$/.test(host)) return 'machine'
  // RFC 6598: a provider's network; virtual private networks use it, too. A name without a dot
  // belongs to the local network.
  const isShared = /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(host)
  return isLocalHost(host) || isShared || !/[.:]/.test(host) ? 'network' : 'everyone'
}

/** Returns whether everyone in `audience` can reach an address with the audience `reached`. */
export function includes(reached: Audience, audience: Audience): boolean {
  return FROM_SMALLEST.indexOf(reached) >= FROM_SMALLEST.indexOf(audience)
}

/**
 * Whether browsers consider the pages at an address secure (https, or this machine); only those
 * get storage and a service worker.
 */
export function isSecureAddress(url: string): boolean {
  const page = URL.parse(url)
  return page !== null && (page.protocol === 'https:' || isLoopback(page.hostname))
}
