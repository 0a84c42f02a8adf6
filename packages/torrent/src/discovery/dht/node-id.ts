/** Node IDs: the distance between them (BEP 5), and their relation to an IP address (BEP 42). */
import type { Random } from '../../base/random.ts'

/** Node IDs and info hashes share one ID space (BEP 5). */
export const ID_BYTES = 20
export const ID_BITS = 160

// BEP 42: the bits of an address that count. Fewer low bits leave the owner of a network fewer IDs to choose from.
const V4_MASK = Uint8Array.of(0x03, 0x0f, 0x3f, 0xff)
const V6_MASK = Uint8Array.of(0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff)

/** Returns how many leading bits two IDs have in common: 0 to 160. */
export function sharedBits(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const difference = a[i]! ^ b[i]!
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24
  }
  return ID_BITS
}

/** Returns a negative number if `a` is closer to `target` than `b` is, a positive one if it is farther, and zero if `a` equals `b` (BEP 5: XOR). */
export function compareDistance(target: Uint8Array, a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const byte = target[i]!
    const order = (a[i]! ^ byte) - (b[i]! ^ byte)
    if (order !== 0) return order
  }
  return 0
}

/** Returns a random ID that has exactly the first `bits` bits in common with `id`; with 160, `id` itself. */
export function idAtDepth(id: Uint8Array, bits: number, random: Random): Uint8Array {
  const made = random.bytes(ID_BYTES)
  for (let bit = 0; bit < Math.min(bits + 1, ID_BITS); bit++) {
    const mask = 0x80 >>> (bit & 7)
    const at = bit >>> 3
    const wanted = bit === bits ? ~id[at]! & mask : id[at]! & mask
    made[at] = (made[at]! & ~mask) | wanted
  }
  return made
}

/**
 * Returns a node ID for a node with the public address `ip` (4 or 16 bytes). BEP 42: 21 bits depend on the address and on the last byte; the
 * rest is random.
 */
export function nodeIdFor(ip: Uint8Array, random: Random): Uint8Array {
  const id = random.bytes(ID_BYTES)
  const crc = prefixFor(ip, id[19]!)
  id[0] = crc >>> 24
  id[1] = crc >>> 16
  id[2] = ((crc >>> 8) & 0xf8) | (id[2]! & 0x07)
  return id
}

/** Returns true if a node at `ip` (4 or 16 bytes) may have the ID (BEP 42). Local addresses are exempt: check `isLocalIp` first. */
export function isNodeIdFor(id: Uint8Array, ip: Uint8Array): boolean {
  const crc = prefixFor(ip, id[19]!)
  return id[0] === crc >>> 24 && id[1] === ((crc >>> 16) & 0xff) && ((id[2]! ^ (crc >>> 8)) & 0xf8) === 0
}

/** BEP 42: crc32c of the masked address, whose top bits are replaced by the low three bits of the ID's last byte. */
function prefixFor(ip: Uint8Array, lastByte: number): number {
  // An IPv6 host can choose its low 64 bits, so only the high ones count.
  const mask = ip.length === 4 ? V4_MASK : V6_MASK
  const masked = mask.map((bits, i) => bits & ip[i]!)
  masked[0]! |= (lastByte & 0x07) << 5
  return crc32c(masked)
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  // The Castagnoli polynomial with its bits reversed.
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

/** Computes the CRC-32C (Castagnoli, RFC 3720 section 12.1) as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!
  return (crc ^ 0xffffffff) >>> 0
}
