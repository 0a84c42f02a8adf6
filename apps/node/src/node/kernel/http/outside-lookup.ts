/**
 * Keeps untrusted links (redirects, feed items) out of the local network, regardless of host names.
 */
import { lookup as lookupHost } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Failure } from '@shoal/daemon/failure'
import { isLocalAddress } from '@shoal/torrent'

/** Returns whether an address belongs to this machine or its network. */
export type IsLocal = (address: string) => boolean

/**
 * Resolves names and rejects local addresses: the checked address is the one connected to. Fails
 * with `bad-message`.
 */
export function outsideLookup(isLocal: IsLocal = isLocalAddress): LookupFunction {
  return (host, options, done) =>
    lookupHost(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '', 0)
      if (found.some(({ address }) => isLocal(address))) return done(intoLocalNetwork(host), '', 0)
      const [first] = found
      if (options.all) done(null, found)
      else done(null, first?.address ?? '', first?.family)
    })
}

/**
 * Resolves a host for clients that accept no lookup function. Rejects with `bad-message`, or like
 * the lookup.
 */
export function outsideAddress(host: string, isLocal?: IsLocal): Promise<string> {
  return new Promise((resolve, reject) =>
    outsideLookup(isLocal)(host, {}, (error, address) =>
      error ? reject(error) : resolve(address as string),
    ),
  )
}

export function intoLocalNetwork(host: string): Failure {
  return new Failure(
    'bad-message',
    `it leads to ${host} in the local network, where redirects and feeds from outside may not lead`,
  )
}
