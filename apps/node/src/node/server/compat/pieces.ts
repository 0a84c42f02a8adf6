import type { PieceMap } from '@shoal/api'

/** Returns how many connected peers have each piece; -1 for pieces that the torrent has. */
export function pieceAvailability(map: PieceMap): number[] {
  const [have, counts] = [Buffer.from(map.have, 'base64'), Buffer.from(map.availability, 'base64')]
  return Array.from({ length: map.count }, (_, piece) => (hasPiece(have, piece) ? -1 : (counts[piece] ?? 0)))
}

/**
 * Returns the missing bytes that connected peers have, at most `left`, since pieces of unwanted
 * files count too.
 */
export function desiredAvailable(map: PieceMap, left: number): number {
  if (left === 0) return 0
  const there = pieceAvailability(map).filter(count => count > 0).length
  return Math.min(left, there * map.pieceLengthBytes)
}

/** BEP 3: the first piece is the highest bit. */
export function hasPiece(have: Uint8Array, piece: number): boolean {
  return ((have[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0
}

/**
 * Returns the copies of the rarest piece among peers and us, plus the share of pieces with more
 * copies.
 */
export function distributedCopies(map: PieceMap): number {
  if (map.count === 0) return 0
  const [have, counts] = [Buffer.from(map.have, 'base64'), Buffer.from(map.availability, 'base64')]
  const copies = Array.from(
    { length: map.count },
    (_, piece) => (counts[piece] ?? 0) + (hasPiece(have, piece) ? 1 : 0),
  )
  const rarest = copies.reduce((least, count) => Math.min(least, count))
  return rarest + copies.filter(count => count > rarest).length / map.count
}

/** Returns the share of the pieces `first` to `last` that peers have. */
export function availablePart(map: PieceMap, [first, last]: readonly [number, number]): number {
  const counts = Buffer.from(map.availability, 'base64').subarray(first, last + 1)
  return counts.length === 0 ? 0 : counts.filter(count => count > 0).length / counts.length
}
