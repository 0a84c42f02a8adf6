/** The metric of Kademlia: IDs and keys of equal length, whose distance is their XOR as a big-endian number (BEP 5). */
import type { Random } from './random.ts'

/** Returns how many leading bits `a` and `b` have in common: all of them if they are equal. */
export function sharedBits(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! ^ b[i]!
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24
  }
  return 8 * a.length
}

/** Returns a negative number if `a` is closer to `target` than `b` is, a positive one if it is farther, and zero if `a` equals `b`. */
export function compareDistance(target: Uint8Array, a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < target.length; i++) {
    const byte = target[i]!
    const order = (a[i]! ^ byte) - (b[i]! ^ byte)
    if (order !== 0) return order
  }
  return 0
}

/** Returns a random ID that has exactly the first `bits` bits in common with `id`; with as many as `id` has, `id` itself. */
export function idAtDepth(id: Uint8Array, bits: number, random: Random): Uint8Array {
  const made = random.bytes(id.length)
  for (let bit = 0; bit < Math.min(bits + 1, 8 * id.length); bit++) {
    const mask = 0x80 >>> (bit & 7)
    const at = bit >>> 3
    const wanted = bit === bits ? ~id[at]! & mask : id[at]! & mask
    made[at] = (made[at]! & ~mask) | wanted
  }
  return made
}
