/** Makes a failing input as small and plain as possible. */
import { concat } from '../packages/torrent/src/base/bytes.ts'

/** Returns whether an input still fails in the same way. */
export type Fails = (input: Uint8Array) => Promise<boolean>

/**
 * Removes parts (delta debugging: halves first, then ever smaller ones, until every remaining byte
 * is needed), then replaces each byte by a plain one. Tries at most `tries` inputs.
 */
export async function shrink(input: Uint8Array, fails: Fails, tries = 3000): Promise<Uint8Array> {
  let best = input
  let left = tries
  const attempt = async (candidate: Uint8Array) => {
    if (left-- <= 0 || !(await fails(candidate))) return false
    best = candidate
    return true
  }
  for (let size = Math.ceil(best.length / 2); size >= 1 && left > 0; ) {
    let removed = false
    for (let at = 0; at < best.length && left > 0; )
      if (await attempt(concat([best.subarray(0, at), best.subarray(at + size)]))) removed = true
      else at += size
    if (size > 1 || !removed) size = size === 1 ? 0 : Math.ceil(size / 2)
  }
  for (let at = 0; at < best.length && left > 0; at++)
    for (const plain of [0x61, 0x30, 0x20, 0]) {
      if (best[at] === plain) break
      const candidate = best.slice()
      candidate[at] = plain
      if (await attempt(candidate)) break
    }
  return best
}
