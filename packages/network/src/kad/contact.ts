/** A node of the DHT: its identity, its place in the key space, and its addresses. */
import { sha256 } from '@noble/hashes/sha2.js'
import { ipNeighborhood, ipOwner } from '@shoal/torrent/base'

/** Keys are SHA-256 hashes (libp2p/specs, kad-dht: "Distance"). */
export const KEY_BYTES = 32

/** A node of the DHT. */
export interface Contact {
  /** PeerId: a multihash of 34 to 42 bytes. */
  readonly id: Uint8Array
  /** Its place in the key space: `keyOf(id)`. */
  readonly key: Uint8Array
  /** Multiaddrs at which it can be dialed without a relay. */
  readonly addresses: readonly Uint8Array[]
  /**
   * IP address of a connection to it (4 or 16 bytes), or before there was one, an address reported
   * by others. Null if unknown.
   */
  readonly ip: Uint8Array | null
}

/** Returns the place of a PeerId, or of a record's key, in the key space: 32 bytes. */
export function keyOf(bytes: Uint8Array): Uint8Array {
  return sha256(bytes)
}

/**
 * Returns a key for the smallest unit with a single owner: an IPv4 address or a /64 of IPv6. Null
 * if unknown or local.
 */
export function ownerOf({ ip }: Pick<Contact, 'ip'>): string | null {
  return ip && ipOwner(ip)
}

/**
 * Returns a key for a network that probably has a single owner: a /24 of IPv4 or a /48 of IPv6.
 * Null if unknown or local.
 */
export function neighborhoodOf({ ip }: Pick<Contact, 'ip'>): string | null {
  return ip && ipNeighborhood(ip)
}
