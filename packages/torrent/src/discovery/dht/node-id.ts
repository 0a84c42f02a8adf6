/** Node IDs: distance between them (BEP 5), and their tie to an IP address (BEP 42). */
import type { Random } from '../../base/random.ts'
import { crc32c } from './crc32c.ts'

/** Bytes of a node ID, which share one space with info hashes (BEP 5). */
export const ID_BYTES = 20
export const ID_BITS = 160

// BEP 42: which bits of an address count. The fewer low bits, the fewer IDs a holder of one network can choose from.
const V4_MASK = Uint8Array.of(0x03, 0x0f, 0x3f, 0xff)
const V6_MASK = Uint8Array.of(0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff)

/** How many leading bits of the two IDs agree: 0 to 160. */
export function sharedBits(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const difference = a[i]! ^ b[i]!
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24
  }
  return ID_BITS
}

/** Below zero when `a` is closer to `target` than `b` is, above when farther, zero when they are the same (BEP 5: XOR). */
export function compareDistance(target: Uint8Array, a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const byte = target[i]!
    const order = (a[i]! ^ byte) - (b[i]! ^ byte)
    if (order !== 0) return order
  }
  return 0
}

/** A random ID whose first `bits` bits are those of `id`, and whose next bit is not. With 160, `id` itself. */
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
 * A node ID for a node that the world sees at `ip` (4 or 16 bytes), as BEP 42 wants it: 21 bits follow from the address and from the last
 * byte, the rest is random.
 */
export function nodeIdFor(ip: Uint8Array, random: Random): Uint8Array {
  const id = random.bytes(ID_BYTES)
  const crc = prefixFor(ip, id[19]!)
  id[0] = crc >>> 24
  id[1] = crc >>> 16
  id[2] = ((crc >>> 8) & 0xf8) | (id[2]! & 0x07)
  return id
}

/** Whether the ID is one that a node at `ip` (4 or 16 bytes) may have. Local addresses are exempt: ask `isLocalIp` first (BEP 42). */
export function isNodeIdFor(id: Uint8Array, ip: Uint8Array): boolean {
  const crc = prefixFor(ip, id[19]!)
  return id[0] === crc >>> 24 && id[1] === ((crc >>> 16) & 0xff) && ((id[2]! ^ (crc >>> 8)) & 0xf8) === 0
}

/** BEP 42: crc32c of the masked address, with the low three bits of the ID's last byte in its top ones. */
function prefixFor(ip: Uint8Array, lastByte: number): number {
  // An IPv6 host owns its low 64 bits, so only the high ones count.
  const mask = ip.length === 4 ? V4_MASK : V6_MASK
  const masked = mask.map((bits, i) => bits & ip[i]!)
  masked[0]! |= (lastByte & 0x07) << 5
  return crc32c(masked)
}
