import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { type PeerAddress, ShoalError } from '@shoal/torrent'
import { base64url } from 'multiformats/bases/base64'

/** Returns the address of a peer by its PeerId. */
export function peerAddress(peer: PeerId): PeerAddress {
  return { host: peer.toString(), port: 0, kind: 'libp2p' }
}

/**
 * Returns the address of a peer as used in links: `/`, and the bytes of the multiaddr in base64url.
 * The multiaddr must end with the PeerId.
 */
export function linkedAddress(address: Multiaddr): string {
  return `/${base64url.baseEncode(address.bytes)}`
}

/**
 * Parses the name of a peer: a PeerId, a multiaddr that ends with one, or a `linkedAddress`. Throws
 * `unreachable` for anything else: no other peer may answer in its place.
 */
export function parsePeerName(name: string): PeerId | Multiaddr {
  try {
    if (!name.startsWith('/')) return peerIdFromString(name)
    const isText = name.indexOf('/', 1) > 0
    const address = multiaddr(isText ? name : base64url.baseDecode(name.slice(1)))
    if (address.getComponents().at(-1)?.name === 'p2p') return address
  } catch {
    // Handled below.
  }
  throw new ShoalError('unreachable', `${name} is not a PeerId or an address that ends with one`)
}
