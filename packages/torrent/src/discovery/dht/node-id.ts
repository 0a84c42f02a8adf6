/** Node IDs and their relation to an IP address (BEP 42). */
import { crc32c } from '../../base/crc32c.ts'
import type { Random } from '../../base/random.ts'

/** Node IDs and info hashes share one ID space (BEP 5). */
export const ID_BYTES = 20
export const ID_BITS = 160

// BEP 42: the bits of an address that count. Fewer low bits leave the owner of a network fewer IDs
// to choose from.
const V4_MASK = Uint8Array.of(0x03, 0x0f, 0x3f, 0xff)
const V6_MASK = Uint8Array.of(0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff)

/**
 * Returns a node ID for a node with the public address `ip` (4 or 16 bytes). BEP 42: 21 bits depend
 * on the address and on the last byte; the rest is random.
 */
export function nodeIdFor(ip: Uint8Array, random: Random): Uint8Array {
  const id = random.bytes(ID_BYTES)
  const crc = prefixFor(ip, id[19]!)
  id[0] = crc >>> 24
  id[1] = crc >>> 16
  id[2] = ((crc >>> 8) & 0xf8) | (id[2]! & 0x07)
  return id
}

/**
 * Returns true if a node at `ip` (4 or 16 bytes) may have the ID (BEP 42). Local addresses are
 * exempt: check `isLocalIp` first.
 */
export function isNodeIdFor(id: Uint8Array, ip: Uint8Array): boolean {
  const crc = prefixFor(ip, id[19]!)
  return id[0] === crc >>> 24 && id[1] === ((crc >>> 16) & 0xff) && ((id[2]! ^ (crc >>> 8)) & 0xf8) === 0
}

/**
 * BEP 42: crc32c of the masked address, whose top bits are replaced by the low three bits of the
 * ID's last byte.
 */
function prefixFor(ip: Uint8Array, lastByte: number): number {
  // An IPv6 host can choose its low 64 bits, so only the high ones count.
  const mask = ip.length === 4 ? V4_MASK : V6_MASK
  const masked = mask.map((bits, i) => bits & ip[i]!)
  masked[0]! |= (lastByte & 0x07) << 5
  return crc32c(masked)
}
