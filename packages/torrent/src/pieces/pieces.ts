/** Which block from which source next, whom to unchoke: the contract. Pure decisions: no socket, no clock, no storage. */

/**
 * A block of a torrent as one number: `piece * blocksPerPiece + index`, where `blocksPerPiece` is the block count of a full piece.
 * One number, because a fast download decides some 30,000 of these a second.
 */
export type BlockNumber = number

/** 0 never, 1 lowest, 4 normal, 7 highest. */
export type PiecePriority = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

/** What the picker must know of whatever delivers blocks: a peer, a web seed, later others. */
export interface BlockSource {
  /** Unique within the torrent, never used again. */
  readonly id: number
  /** Whether the source can deliver the piece now (has it, and allows it). */
  has(piece: number): boolean
  /** Whether it has every piece: then it adds nothing to rarity and `has` need not be asked. */
  readonly isSeed: boolean
  /** Measured payload rate from it. Sources of unlike speed are kept out of each other's pieces where there is a choice. */
  readonly bytesPerSecond: number
  /** It took part in a piece that failed: give it only pieces that nobody else works on, until it has proved itself. */
  readonly onParole: boolean
  /** It works best with long runs of blocks in order (a web seed): give it whole free pieces, adjacent ones if it can be. */
  readonly wantsRuns: boolean
  /** Pieces the source suggested (BEP 6), most recent last. Preferred among equals. */
  readonly suggested: readonly number[]
}

/** What became of a block that arrived. */
export interface BlockReceipt {
  /** False when we had it already: its bytes are waste. */
  readonly wanted: boolean
  /** Other sources that were asked for it too (endgame): they should be told to cancel. */
  readonly alsoAsked: readonly number[]
  /** All blocks of the piece are here. */
  readonly pieceComplete: boolean
}
