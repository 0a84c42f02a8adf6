import { sha1 } from '#crypto'
import { concat, readU32 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { parseIp, unmapIp } from '../base/ip.ts'

/** BEP 6: how many pieces a peer may have while choked. */
export const ALLOWED_FAST_COUNT = 10

/**
 * The pieces that a peer at `host` may download while it is choked, in the canonical order of BEP 6: the same for every peer that
 * computes it, so nobody gains by asking many. At most `count`, and no more than there are pieces. Empty for a peer without an IPv4
 * address, for which the BEP has no rule.
 *
 * `infoHash`: the 20 bytes of the handshake. Throws ShoalError `bad-argument` for any other size.
 */
export function allowedFastSet(
  host: string,
  infoHash: Uint8Array,
  pieceCount: number,
  count = ALLOWED_FAST_COUNT,
): number[] {
  if (infoHash.length !== 20) throw new ShoalError('bad-argument', 'The info hash must have 20 bytes')
  const ip = unmapIp(parseIp(host) ?? new Uint8Array(0))
  if (ip.length !== 4 || pieceCount < 1) return []
  const wanted = Math.min(count, pieceCount)
  // A set nearly as large as the torrent would take for ever to draw by lot: then all pieces are in it anyway.
  if (wanted === pieceCount) return Array.from({ length: pieceCount }, (_, piece) => piece)
  const allowed = new Set<number>()
  // BEP 6, step 1: the last octet does not count, so that a network's many addresses share one set.
  let x = concat([Uint8Array.of(ip[0]!, ip[1]!, ip[2]!, 0), infoHash])
  while (allowed.size < wanted) {
    x = sha1(x)
    for (let at = 0; at < 20 && allowed.size < wanted; at += 4) allowed.add(readU32(x, at) % pieceCount)
  }
  return [...allowed]
}
