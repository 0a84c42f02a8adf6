import type { Bitfield } from '../base/bitfield.ts'
import type { Random } from '../base/random.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import type { PieceRequests } from './piece-requests.ts'
import type { PiecePriority } from './pieces.ts'
import { RarityOrder } from './rarity-order.ts'

/** States of a piece. */
export const MISSING = 0
/** Started: some of its blocks are requested or received. */
export const PARTIAL = 1
/** All blocks are received, but the hash is not checked yet. */
export const COMPLETE = 2
export const HAVE = 3

export type PickerLayout = Pick<PieceLayout, 'pieceCount' | 'blockCount' | 'pieceLengthBytes'>

/** The part of the table that may be read outside the picker. */
export type PieceView = Pick<
  PieceTable,
  | 'pieceCount'
  | 'blocksPerPiece'
  | 'priority'
  | 'isWanted'
  | 'availability'
  | 'wantedMissing'
  | 'isFinished'
  | 'blocksLeft'
>

const NORMAL_PRIORITY = 4
const MAX_AVAILABILITY = 0xffff
/** Upper bound: scanning all pieces again takes no longer than scanning that many changes. */
const REMEMBERED_CHANGES = 1024

/**
 * State, priority and availability of every piece, and sums over them that are always up to date:
 * each change of a piece subtracts its contribution from the sums, then adds the new one.
 */
export class PieceTable {
  readonly pieceCount: number
  /** Number of blocks of a full piece. */
  readonly blocksPerPiece: number
  /** The free pieces without a deadline. */
  readonly order: RarityOrder
  readonly changes: PieceChanges
  /** Number of sources that have every piece. They are not counted piece by piece. */
  seeds = 0
  /** Number of wanted pieces that are not verified. */
  wantedMissing = 0
  /** The same without pieces that have no blocks to request (padding only). */
  wantedRequestable = 0
  /** Number of blocks of wanted pieces that are not received. */
  blocksLeft = 0
  #freeBlocks = 0
  /** Number of free blocks of pieces that no source has, except seeds. */
  #freeBlocksOfSeedsOnly = 0
  readonly #have: Bitfield
  readonly #blocks: Uint16Array | Uint32Array
  readonly #state: Uint8Array
  readonly #priority: Uint8Array
  /** Number of sources with the piece, without seeds. */
  readonly #peers: Uint16Array
  readonly #urgent = new Set<number>()
  /** Requests of the pieces that are partial or complete. */
  readonly #partial = new Map<number, PieceRequests>()

  constructor(layout: PickerLayout, have: Bitfield, random: Random) {
    this.pieceCount = layout.pieceCount
    this.changes = new PieceChanges(Math.min(this.pieceCount, REMEMBERED_CHANGES))
    this.blocksPerPiece = Math.ceil(layout.pieceLengthBytes / BLOCK_BYTES)
    this.#have = have
    this.#blocks =
      this.blocksPerPiece > 0xffff ? new Uint32Array(this.pieceCount) : new Uint16Array(this.pieceCount)
    this.#state = new Uint8Array(this.pieceCount)
    this.#priority = new Uint8Array(this.pieceCount).fill(NORMAL_PRIORITY)
    this.#peers = new Uint16Array(this.pieceCount)
    this.order = new RarityOrder(this.pieceCount, random)
    for (let piece = 0; piece < this.pieceCount; piece++) {
      this.#blocks[piece] = layout.blockCount(piece)
      if (have.has(piece)) this.#state[piece] = HAVE
      this.#count(piece, 1)
    }
  }

  exists(piece: number): boolean {
    return piece >= 0 && piece < this.pieceCount
  }

  state(piece: number): number {
    return this.#state[piece]!
  }

  partial(piece: number): PieceRequests | undefined {
    return this.#partial.get(piece)
  }

  priority(piece: number): PiecePriority {
    return this.#priority[piece] as PiecePriority
  }

  blockCount(piece: number): number {
    return this.#blocks[piece]!
  }

  /**
   * Whether the piece is wanted and not verified. Returns false for a piece that does not exist.
   */
  isWanted(piece: number): boolean {
    return this.#priority[piece]! > 0 && this.#state[piece]! !== HAVE
  }

  /** Whether the piece is wanted and missing, and has blocks to request. */
  isFree(piece: number): boolean {
    return this.#state[piece] === MISSING && this.#priority[piece]! > 0 && this.#blocks[piece]! > 0
  }

  /** Whether the piece has a deadline. Such a piece is not in the order of rarity. */
  isUrgent(piece: number): boolean {
    return this.#urgent.size > 0 && this.#urgent.has(piece)
  }

  /** Returns how many sources have the piece, including seeds. */
  availability(piece: number): number {
    return this.#peers[piece]! + this.seeds
  }

  /** Whether all wanted pieces are verified. */
  get isFinished(): boolean {
    return this.wantedMissing === 0
  }

  /** Whether every wanted block that any source has is requested or received. */
  get allRequested(): boolean {
    return this.#freeBlocks === (this.seeds > 0 ? 0 : this.#freeBlocksOfSeedsOnly)
  }

  setPriority(piece: number, priority: PiecePriority): void {
    const before = this.#priority[piece]!
    if (before === priority) return
    this.#count(piece, -1)
    this.#priority[piece] = priority
    this.#count(piece, 1)
    if (before === 0) this.changes.add(piece)
  }

  setUrgent(piece: number, urgent: boolean): void {
    if (urgent === this.#urgent.has(piece)) return
    this.#count(piece, -1)
    if (urgent) this.#urgent.add(piece)
    else this.#urgent.delete(piece)
    this.#count(piece, 1)
    this.changes.add(piece)
  }

  /** Counts one more (1) or one less (-1) source with the piece, other than seeds. */
  addPeers(piece: number, change: 1 | -1): void {
    const peers = this.#peers[piece]! + change
    if (peers < 0 || peers > MAX_AVAILABILITY) return
    const seedsOnly = peers === 0 || this.#peers[piece] === 0
    if (seedsOnly) this.#count(piece, -1)
    this.#peers[piece] = peers
    if (seedsOnly) this.#count(piece, 1)
    else if (this.order.contains(piece)) this.order.put(piece, this.#priority[piece]!, peers)
  }

  /** Makes a missing piece partial. */
  begin(piece: number, requests: PieceRequests): void {
    this.#count(piece, -1)
    this.#partial.set(piece, requests)
    this.#state[piece] = PARTIAL
    this.#count(piece, 1)
  }

  /** Moves a piece to a state other than PARTIAL. */
  setState(piece: number, state: number): void {
    this.#count(piece, -1)
    this.#state[piece] = state
    if (state !== COMPLETE) this.#partial.delete(piece)
    if (state === HAVE) this.#have.set(piece)
    else if (state === MISSING) this.#have.clear(piece)
    this.#count(piece, 1)
    if (state === MISSING) this.changes.add(piece)
  }

  /** Counts a block of a partial piece that was requested (-1) or released (1). */
  addFreeBlocks(piece: number, change: 1 | -1): void {
    if (this.#priority[piece] === 0) return
    this.#freeBlocks += change
    if (this.#peers[piece] === 0) this.#freeBlocksOfSeedsOnly += change
  }

  /** Counts a block of a partial piece that arrived. */
  countReceived(piece: number): void {
    if (this.#priority[piece]! > 0) this.blocksLeft--
  }

  /** Adds what the piece contributes to the sums and the order (1), or subtracts it (-1). */
  #count(piece: number, sign: 1 | -1): void {
    const state = this.#state[piece]!
    const priority = this.#priority[piece]!
    if (state === HAVE || priority === 0) return
    const blocks = this.#blocks[piece]!
    let free = 0
    let left = 0
    if (state === MISSING) {
      free = blocks
      left = blocks
    } else if (state === PARTIAL) {
      const partial = this.#partial.get(piece)!
      free = partial.free
      left = blocks - partial.received
    }
    this.wantedMissing += sign
    if (blocks > 0) this.wantedRequestable += sign
    this.blocksLeft += sign * left
    this.#freeBlocks += sign * free
    if (this.#peers[piece] === 0) this.#freeBlocksOfSeedsOnly += sign * free
    if (sign < 0) this.order.remove(piece)
    else if (state === MISSING && blocks > 0 && !this.isUrgent(piece))
      this.order.put(piece, priority, this.#peers[piece]!)
  }
}

/**
 * The last pieces that became worth requesting: newly wanted, free again, or gained by a source. A
 * search that found nothing continues with the changes since then, instead of scanning every piece
 * of the torrent again. The position is the number of changes so far.
 */
export class PieceChanges {
  readonly #ring: Int32Array
  #position = 0

  constructor(remembered: number) {
    this.#ring = new Int32Array(remembered)
  }

  get position(): number {
    return this.#position
  }

  add(piece: number): void {
    this.#ring[this.#position % this.#ring.length] = piece
    this.#position++
  }

  /** Whether all changes since that position are remembered. */
  reachesBack(position: number): boolean {
    return this.#position - position <= this.#ring.length
  }

  /** The piece that changed at that position. */
  at(position: number): number {
    return this.#ring[position % this.#ring.length]!
  }
}
