import type { PieceMap } from '@shoal/api'

/** The decoded pieces: a byte each. */
export interface Pieces {
  readonly count: number
  /** 1 if the piece is downloaded. */
  readonly have: Uint8Array
  /** Connected peers that have it, at most 255. */
  readonly availability: Uint8Array
}

/** One square of the chart: the pieces [first, end). */
export interface Cell {
  readonly first: number
  readonly end: number
  readonly have: number
  /** Number of peers with the rarest missing piece; null if none is missing. */
  readonly rarest: number | null
}

export interface PieceSummary {
  readonly count: number
  readonly have: number
  /** Number of missing pieces that no connected peer has. */
  readonly unavailable: number
  /** Number of peers with the rarest missing piece; null if none is missing. */
  readonly rarest: number | null
  /** Whether no connected peer has any missing piece. */
  readonly alone: boolean
  /**
   * Distributed copies among connected peers, as clients count them: the availability of the rarest
   * piece, plus the fraction of pieces with more.
   */
  readonly copies: number
}

/**
 * Decodes the piece map of a node. If a map is shorter than its count, which correct nodes never
 * send, the rest is read as zeros.
 */
export function decodePieces(map: PieceMap): Pieces {
  const bits = decodeBase64(map.have)
  const availability = new Uint8Array(map.count)
  availability.set(decodeBase64(map.availability).subarray(0, map.count))
  const have = new Uint8Array(map.count)
  for (let index = 0; index < map.count; index++) {
    // BEP 3: the first piece is the highest bit.
    have[index] = ((bits[index >> 3] ?? 0) >> (7 - (index & 7))) & 1
  }
  return { count: map.count, have, availability }
}

function decodeBase64(base64: string): Uint8Array {
  const text = atob(base64)
  return Uint8Array.from(text, character => character.charCodeAt(0))
}

/** Groups the pieces into at most `max` cells of equal size (except the last). */
export function toCells(pieces: Pieces, max: number): Cell[] {
  const size = Math.max(1, Math.ceil(pieces.count / Math.max(1, max)))
  const cells: Cell[] = []
  for (let first = 0; first < pieces.count; first += size) {
    cells.push(toCell(pieces, first, Math.min(first + size, pieces.count)))
  }
  return cells
}

function toCell({ have, availability }: Pieces, first: number, end: number): Cell {
  let here = 0
  let rarest = 256
  for (let index = first; index < end; index++) {
    if (have[index]) here++
    else rarest = Math.min(rarest, availability[index]!)
  }
  return { first, end, have: here, rarest: here === end - first ? null : rarest }
}

export function summarize(pieces: Pieces): PieceSummary {
  const whole = toCell(pieces, 0, pieces.count)
  let unavailable = 0
  let least = pieces.count === 0 ? 0 : 256
  for (let index = 0; index < pieces.count; index++) {
    const peers = pieces.availability[index]!
    if (peers === 0 && !pieces.have[index]) unavailable++
    least = Math.min(least, peers)
  }
  const above = pieces.availability.reduce((total, peers) => total + (peers > least ? 1 : 0), 0)
  const copies = pieces.count === 0 ? 0 : least + above / pieces.count
  const alone = unavailable > 0 && unavailable === pieces.count - whole.have
  return { count: pieces.count, have: whole.have, unavailable, rarest: whole.rarest, alone, copies }
}

/**
 * Squares of a grid, in CSS pixels: as large as possible so that each piece has one, and at least
 * `SMALLEST`.
 */
export interface Grid {
  readonly columns: number
  readonly rows: number
  readonly sizePixels: number
  readonly gapPixels: number
  readonly capacity: number
}

const SIZES = [16, 14, 12, 10, 8, 6, 5, 4]

/**
 * Returns the grid for a number of pieces in the given space. Few pieces need less height; many
 * share squares.
 */
export function gridFor(count: number, widthPixels: number, maxHeightPixels: number): Grid {
  const grids = SIZES.map(size => {
    const gapPixels = size > 5 ? 2 : 1
    const columns = Math.max(1, Math.floor((widthPixels + gapPixels) / (size + gapPixels)))
    const rows = Math.max(1, Math.floor((maxHeightPixels + gapPixels) / (size + gapPixels)))
    return { columns, rows, sizePixels: size, gapPixels, capacity: columns * rows }
  })
  const grid = grids.find(({ capacity }) => capacity >= count) ?? grids.at(-1)!
  const perCell = Math.max(1, Math.ceil(count / grid.capacity))
  return { ...grid, rows: Math.max(1, Math.ceil(Math.ceil(count / perCell) / grid.columns)) }
}
