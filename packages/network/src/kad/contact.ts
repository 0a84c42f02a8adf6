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
  /** The 4 or 16 bytes of the address of a connection to it; before there was one, of an address that it is said to have. Null if unknown. */
  readonly ip: Uint8Array | null
}

/** Returns the place of a PeerId, or of the key of a record, in the key space: 32 bytes. */
export function keyOf(bytes: Uint8Array): Uint8Array {
  return sha256(bytes)
}

/** Returns a key for what certainly has one owner: an IPv4 address or a /64 of IPv6. Null if unknown or local. */
export function ownerOf({ ip }: Pick<Contact, 'ip'>): string | null {
  return ip && ipOwner(ip)
}

/** Returns a key for what probably has one owner: a /24 of IPv4 or a /48 of IPv6. Null if unknown or local. */
export function neighborhoodOf({ ip }: Pick<Contact, 'ip'>): string | null {
  return ip && ipNeighborhood(ip)
}
