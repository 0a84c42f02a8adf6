import { readU16, writeU16 } from '../base/bytes.ts'
import { formatIp, parseIp, unmapIp } from '../base/ip.ts'
import type { PeerAddress } from '../transport/transport.ts'

/** Compact peers, as trackers (BEP 23, BEP 7), the DHT (BEP 5, BEP 32) and peer exchange (BEP 11) write them. */

/** Bytes of an IPv4 address and port. */
export const COMPACT_IPV4_BYTES = 6

/** Bytes of an IPv6 address and port. */
export const COMPACT_IPV6_BYTES = 18

export type IpFamily = 4 | 6

export function compactBytes(family: IpFamily): number {
  return family === 4 ? COMPACT_IPV4_BYTES : COMPACT_IPV6_BYTES
}

/** 6 or 18 bytes; null when the address is not an IP address or its port is 0, so nobody could dial it. */
export function encodeCompactPeer(peer: PeerAddress): Uint8Array | null {
  const parsed = parseIp(peer.host)
  if (!parsed || !(peer.port >= 1 && peer.port <= 65535)) return null
  const ip = unmapIp(parsed)
  const bytes = new Uint8Array(ip.length + 2)
  bytes.set(ip)
  writeU16(bytes, ip.length, peer.port)
  return bytes
}

/** The peers of one family, one after the other; those of the other family and those without an IP address are left out. */
export function encodeCompactPeers(peers: Iterable<PeerAddress>, family: IpFamily): Uint8Array {
  const size = compactBytes(family)
  const entries: Uint8Array[] = []
  for (const peer of peers) {
    const entry = encodeCompactPeer(peer)
    if (entry?.length === size) entries.push(entry)
  }
  const bytes = new Uint8Array(entries.length * size)
  for (const [i, entry] of entries.entries()) bytes.set(entry, i * size)
  return bytes
}

/** The entry at `at`, which must be whole; null when its port is 0. An IPv4 address in an IPv6 entry comes out as IPv4. */
export function decodeCompactPeer(bytes: Uint8Array, at: number, family: IpFamily): PeerAddress | null {
  const portAt = at + compactBytes(family) - 2
  const port = readU16(bytes, portAt)
  return port === 0 ? null : { host: formatIp(unmapIp(bytes.subarray(at, portAt))), port }
}

/**
 * The peers that `bytes` lists, at most `limit`. Entries with port 0 are left out, and so is a torn entry at the end: trackers that
 * cut their answer short still gave us the rest. Never throws.
 */
export function decodeCompactPeers(bytes: Uint8Array, family: IpFamily, limit = 5000): PeerAddress[] {
  const size = compactBytes(family)
  const peers: PeerAddress[] = []
  for (let at = 0; at + size <= bytes.length && peers.length < limit; at += size) {
    const peer = decodeCompactPeer(bytes, at, family)
    if (peer) peers.push(peer)
  }
  return peers
}
