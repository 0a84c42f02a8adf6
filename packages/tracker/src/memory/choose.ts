import { scopeOf } from '../base/scope.ts'
import type { Announce } from '../store.ts'
import type { PeerLists } from './peer-lists.ts'

/** Peers of a large swarm are taken from the list in runs of this length at random places. */
const RUN = 8

/**
 * Writes peers into the announce: of the entire list for a leech, only leeches for a seed, and
 * never the caller itself, whose position is `own` (-1 if it is not in the list). The same `seed`
 * gives the same peers. Takes time in proportion to the peers returned, not to the swarm.
 */
export function choosePeers(
  lists: PeerLists,
  heads: Int32Array,
  head: number,
  announce: Announce,
  own: number,
  seed: number,
): void {
  const from = announce.isSeed ? lists.seeds(heads, head) : 0
  const count = lists.count(heads, head) - from
  const wanted = announce.wanted
  announce.peerCount = 0
  if (wanted === 0) return
  if (count <= wanted + 1) return writeRun(lists, heads, head, announce, from, count, own)
  const runs = Math.ceil(wanted / RUN)
  let state = seed | 1
  for (let run = 0; run < runs; run++) {
    const begin = from + Math.floor((count * run) / runs)
    const end = from + Math.floor((count * (run + 1)) / runs)
    const length = Math.min(RUN, end - begin)
    // xorshift32; guessing it gains nothing.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const start = begin + ((state >>> 0) % (end - begin - length + 1))
    writeRun(lists, heads, head, announce, start, length, own)
  }
}

function writeRun(
  lists: PeerLists,
  heads: Int32Array,
  head: number,
  announce: Announce,
  start: number,
  length: number,
  own: number,
): void {
  const { width, stride } = lists
  const { family, scope, wanted, peersView: view } = announce
  const words = lists.arena.words
  const bytes = 4 * width + 2
  let out = announce.peerCount * bytes
  let at = lists.at(heads, head, start)
  for (let position = start; position < start + length; position++, at += stride) {
    if (position === own || (scope > 0 && scopeOf(family, words, at) < scope)) continue
    if (announce.peerCount === wanted) return
    for (let word = 0; word < width; word++) view.setInt32(out + 4 * word, words[at + word]!)
    view.setUint16(out + 4 * width, words[at + width]! >>> 16)
    out += bytes
    announce.peerCount++
  }
}
