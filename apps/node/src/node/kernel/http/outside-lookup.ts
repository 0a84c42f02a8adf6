/** Keeps what strangers name (a redirect, an item of a feed) out of this machine's own network, whatever names its addresses go by. */
import { lookup as lookupHost } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isLocalAddress } from '@shoal/torrent'
import { Failure } from '../../../base/failure.ts'

/** Which addresses are of this machine and its network. */
export type IsLocal = (address: string) => boolean

/** Looks names up, and gives none that leads inside: the address that is checked is the one that is asked. Fails with `bad-message`. */
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

/** An address of the host, for what takes no lookup of its own. Rejects with `bad-message`, or as the lookup does. */
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
