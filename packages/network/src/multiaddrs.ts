import type { Multiaddr } from '@multiformats/multiaddr'
import { formatIp, isLocalIp, parseIp } from '@shoal/torrent/base'
import { isLoopback } from '@shoal/torrent/local-address'

/** Code of `p2p` in a multiaddr: the PeerId. */
const P2P = 421

/**
 * Returns the IP address at the start of a multiaddr, 4 or 16 bytes, or null if it starts with a
 * name.
 */
export function ipOf(address: Multiaddr): Uint8Array | null {
  const first = address.getComponents()[0]
  return first && (first.name === 'ip4' || first.name === 'ip6') ? parseIp(first.value ?? '') : null
}

/** Returns the TCP or UDP port of a multiaddr, or null if it has none. */
export function portOf(address: Multiaddr): number | null {
  const found = address.getComponents().find(({ name }) => name === 'tcp' || name === 'udp')
  return found ? Number(found.value) : null
}

/** Returns whether an address is for WebRTC direct. */
export function isWebrtcDirect(address: Multiaddr): boolean {
  return address.getComponents().some(({ name }) => name === 'webrtc-direct')
}

/** Returns whether an address leads through a relay. */
export function isRelayed(address: Multiaddr): boolean {
  return address.getComponents().some(({ name }) => name === 'p2p-circuit')
}

/** Returns whether any peer can dial an address without a relay. */
export function isPublic(address: Multiaddr): boolean {
  const ip = ipOf(address)
  return ip !== null && !isLocalIp(ip) && !isRelayed(address)
}

/**
 * Sorts the addresses of a node: public ones first, then relayed ones, then those of the local
 * network, and loopback ones last. Records and messages only have room for the first ones.
 */
export function mostUsefulFirst(addresses: readonly Multiaddr[]): Multiaddr[] {
  const rank = (address: Multiaddr) => {
    const ip = ipOf(address)
    if (ip === null || !isLocalIp(ip)) return isRelayed(address) ? 1 : 0
    return isLoopback(formatIp(ip)) ? 4 : isRelayed(address) ? 3 : 2
  }
  return [...addresses].sort((one, other) => rank(one) - rank(other))
}

/** Removes the PeerId at the end of an address, but not that of a relay before it. */
export function withoutPeer(address: Multiaddr): Multiaddr {
  return address.getComponents().at(-1)?.code === P2P ? address.decapsulateCode(P2P) : address
}

/**
 * Returns false for a local address named by a node outside the local network, and for a relayed
 * one unless `mayRelay`. `from`: the address of that node.
 */
export function isDialable(address: Multiaddr, from: Uint8Array | null, mayRelay = false): boolean {
  if (isRelayed(address) && !mayRelay) return false
  const ip = ipOf(address)
  return ip === null || !isLocalIp(ip) || (from !== null && isLocalIp(from))
}
