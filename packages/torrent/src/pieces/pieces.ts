/**
 * The contract of the piece picker. It makes pure decisions, without sockets, clocks or storage.
 */

/**
 * A block of a torrent as one number: `piece * blocksPerPiece + index`, where `blocksPerPiece` is
 * the block count of a full piece. It is one number because a fast download decides on about 30,000
 * blocks a second.
 */
export type BlockNumber = number

/** 0: never, 1: lowest, 4: normal, 7: highest. */
export type PiecePriority = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

/** A source of blocks, such as a peer or a web seed, as the picker sees it. */
export interface BlockSource {
  /** Unique within the torrent and never reused. */
  readonly id: number
  /** Whether the source can deliver the piece now: it has it, and allows it. */
  has(piece: number): boolean
  /**
   * Whether it has every piece and allows it. If so, it adds nothing to rarity, and `has` need not
   * be called.
   */
  readonly isSeed: boolean
  /**
   * Measured payload rate from it. Sources of different speed are kept out of each other's pieces
   * if possible.
   */
  readonly bytesPerSecond: number
  /**
   * Whether it is under suspicion after a failed piece: until it is cleared, it only gets pieces
   * that no other source works on.
   */
  readonly onParole: boolean
  /**
   * Whether it works best with long runs of blocks in order (a web seed): it gets free pieces,
   * adjacent ones if possible.
   */
  readonly wantsRuns: boolean
  /** Its reputation in thousandths, -1000 to 1000. Absent: 0, neutral. */
  readonly reputation?: number
  /**
   * Pieces that the source suggested (BEP 6), most recent last. They are preferred among equals.
   */
  readonly suggested: readonly number[]
}

/** How the picker classified a block that arrived. */
export interface BlockReceipt {
  /** False if we had the block already, so that its bytes are wasted. */
  readonly wanted: boolean
  /**
   * Other sources that the block was requested from (endgame). Their requests should be cancelled.
   */
  readonly alsoAsked: readonly number[]
  /** Whether all blocks of the piece have arrived. */
  readonly pieceComplete: boolean
}
