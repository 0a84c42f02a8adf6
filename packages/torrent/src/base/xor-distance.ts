/**
 * The metric of Kademlia: IDs and keys of equal length, whose distance is their XOR as a big-endian
 * number (BEP 5).
 */
import type { Random } from './random.ts'

/** Returns how many leading bits `a` and `b` have in common: all of them if they are equal. */
export function sharedBits(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! ^ b[i]!
    if (difference !== 0) return 8 * i + Math.clz32(difference) - 24
  }
  return 8 * a.length
}

/**
 * Returns a negative number if `a` is closer to `target` than `b` is, a positive one if it is
 * farther, and zero if `a` equals `b`.
 */
export function compareDistance(target: Uint8Array, a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < target.length; i++) {
    const byte = target[i]!
    const order = (a[i]! ^ byte) - (b[i]! ^ byte)
    if (order !== 0) return order
  }
  return 0
}

/**
 * Returns the `count` nodes closest to a target, nearest first. Bucket `i` has nodes that share
 * exactly `i` leading bits with `ownId`; the last one also has those that share more.
 */
export function closestOf<Bucket, Node>(
  buckets: readonly Bucket[],
  { ownId, target, count }: { ownId: Uint8Array; target: Uint8Array; count: number },
  nodesIn: (bucket: Bucket) => readonly Node[],
  idOf: (node: Node) => Uint8Array,
): Node[] {
  // Nodes in the target's own bucket are closest, then those of all deeper buckets together, then
  // of each shallower bucket.
  const home = Math.min(sharedBits(target, ownId), buckets.length - 1)
  const groups = [buckets.slice(home, home + 1), buckets.slice(home + 1)]
  for (let index = home - 1; index >= 0; index--) groups.push([buckets[index]!])
  const found: Node[] = []
  for (const group of groups) {
    found.push(...group.flatMap(nodesIn).sort((a, b) => compareDistance(target, idOf(a), idOf(b))))
    if (found.length >= count) break
  }
  return found.slice(0, count)
}

/**
 * Returns a random ID that shares exactly the first `bits` bits with `id`; if that is all of them,
 * `id` itself.
 */
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
