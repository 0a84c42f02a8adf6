import { sha1 } from '#crypto'
import { concat, readU32 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { parseIp, unmapIp } from '../base/ip.ts'

/** Number of pieces that a peer may request while choked (BEP 6 suggests 10). */
export const ALLOWED_FAST_COUNT = 10

/**
 * Returns the pieces that a peer at `host` may request while it is choked, in the canonical order
 * of BEP 6. Every peer that computes the set gets the same one, so connecting to many peers gains
 * nothing. At most `count` pieces, and no more than the torrent has. Empty for a peer without an
 * IPv4 address, which the BEP does not cover.
 *
 * `infoHash`: the 20 bytes of the handshake. Throws `bad-argument` for any other size.
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
  // Drawing all pieces of a small torrent by chance could take very long, and the result would be
  // all of them anyway.
  if (wanted === pieceCount) return Array.from({ length: pieceCount }, (_, piece) => piece)
  const allowed = new Set<number>()
  // BEP 6, step 1: the last octet is ignored, so that all addresses of a network share one set.
  let x = concat([Uint8Array.of(ip[0]!, ip[1]!, ip[2]!, 0), infoHash])
  while (allowed.size < wanted) {
    x = sha1(x)
    for (let at = 0; at < 20 && allowed.size < wanted; at += 4) allowed.add(readU32(x, at) % pieceCount)
  }
  return [...allowed]
}
