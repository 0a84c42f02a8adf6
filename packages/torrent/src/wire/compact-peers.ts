import { readU16, writeU16 } from '../base/bytes.ts'
import { formatIp, parseIp, unmapIp } from '../base/ip.ts'
import type { PeerAddress } from '../transport/transport.ts'

/**
 * The compact peer format of trackers (BEP 23, BEP 7), the DHT (BEP 5, BEP 32) and peer exchange
 * (BEP 11).
 */

/** An IPv4 address and a port. */
export const COMPACT_IPV4_BYTES = 6

/** An IPv6 address and a port. */
const COMPACT_IPV6_BYTES = 18

export type IpFamily = 4 | 6

export function compactBytes(family: IpFamily): number {
  return family === 4 ? COMPACT_IPV4_BYTES : COMPACT_IPV6_BYTES
}

/**
 * Encodes a peer in 6 or 18 bytes. Returns null if it cannot be dialled: its host is not an IP
 * address or its port is 0.
 */
export function encodeCompactPeer(peer: PeerAddress): Uint8Array | null {
  const parsed = parseIp(peer.host)
  if (!parsed || !(peer.port >= 1 && peer.port <= 65535)) return null
  const ip = unmapIp(parsed)
  const bytes = new Uint8Array(ip.length + 2)
  bytes.set(ip)
  writeU16(bytes, ip.length, peer.port)
  return bytes
}

/**
 * Encodes the peers of one address family. Peers of the other family and peers that cannot be
 * dialled are left out.
 */
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

/**
 * Decodes the complete entry at `at`. Returns null if its port is 0. An IPv4-mapped address in an
 * IPv6 entry becomes IPv4.
 */
export function decodeCompactPeer(bytes: Uint8Array, at: number, family: IpFamily): PeerAddress | null {
  const portAt = at + compactBytes(family) - 2
  const port = readU16(bytes, portAt)
  return port === 0 ? null : { host: formatIp(unmapIp(bytes.subarray(at, portAt))), port }
}

/**
 * Decodes at most `limit` peers. Entries with port 0 are left out, and so is an incomplete entry at
 * the end, so that the rest of a truncated response is still used. Never throws.
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
