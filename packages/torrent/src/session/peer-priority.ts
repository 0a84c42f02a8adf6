import { compareBytes, concat } from '../base/bytes.ts'
import { crc32c } from '../base/crc32c.ts'

/** An address of 4 or 16 bytes and a port. */
export interface IpPort {
  readonly ip: Uint8Array
  readonly port: number
}

/** Bytes of an address that count in full, by its length: a /16, and a /48 of IPv6. */
const FULL_BYTES = new Map([
  [4, 2],
  [16, 6],
])

/**
 * Returns the canonical peer priority (BEP 40): a 32-bit number that both ends of a connection
 * agree on, so that a swarm keeps the same connections regardless of their order. Returns null if
 * the addresses are of different families.
 */
export function peerPriority(us: IpPort, peer: IpPort): number | null {
  const full = FULL_BYTES.get(us.ip.length)
  if (full === undefined || us.ip.length !== peer.ip.length) return null
  let same = 0
  while (same < us.ip.length && us.ip[same] === peer.ip[same]) same++
  // BEP 40: peers at one address differ in their ports.
  if (same === us.ip.length) return crcOfSorted(portBytes(us.port), portBytes(peer.port))
  // BEP 40: of addresses in one network, the next byte counts in full, too.
  const kept = Math.max(full, same + 1)
  const masked = (ip: Uint8Array) => ip.map((byte, i) => (i < kept ? byte : byte & 0x55))
  return crcOfSorted(masked(us.ip), masked(peer.ip))
}

function crcOfSorted(a: Uint8Array, b: Uint8Array): number {
  return crc32c(concat(compareBytes(a, b) <= 0 ? [a, b] : [b, a]))
}

function portBytes(port: number): Uint8Array {
  return Uint8Array.of(port >> 8, port & 0xff)
}
