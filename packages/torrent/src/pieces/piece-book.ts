import type { Bitfield } from '../base/bitfield.ts'
import type { Random } from '../base/random.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { OpenPieces } from './open-piece.ts'
import { PieceNews } from './piece-news.ts'
import type { PiecePriority } from './pieces.ts'
import { RarityOrder } from './rarity-order.ts'

export const MISSING = 0
export const OPEN = 1
/** All blocks are here; the hash is not checked yet. */
export const COMPLETE = 2
export const HAVE = 3

export type PickerLayout = Pick<PieceLayout, 'pieceCount' | 'blockCount' | 'pieceLengthBytes'>

const NORMAL_PRIORITY = 4
const MAX_AVAILABILITY = 0xffff

/**
 * What is known of every piece of a torrent, and sums over it that are right at all times: each change of a piece takes its share out of
 * the sums, then puts the new one in.
 */
export class PieceBook {
  readonly pieceCount: number
  readonly blocksPerPiece: number
  readonly open: OpenPieces
  /** Pieces that are wanted, have blocks, and are neither begun nor bound to a deadline. */
  readonly order: RarityOrder
  readonly news = new PieceNews()
  /** Sources that have every piece. */
  seeds = 0
  /** Sources beside which pieces are begun anywhere: leeches, to have something to give, and web seeds, whose runs a stretch would cut. */
  scattering = 0
  /** Wanted pieces that are not verified. */
  wantedMissing = 0
  /** The same without pieces that have no blocks to ask for (nothing but padding). */
  wantedAskable = 0
  /** Blocks of wanted pieces that are not here. */
  blocksLeft = 0
  /** Pieces of which all blocks are here, not verified yet. */
  complete = 0
  #freeBlocks = 0
  #freeBlocksOfSeedsOnly = 0
  readonly #have: Bitfield
  readonly #blocks: Uint16Array | Uint32Array
  readonly #state: Uint8Array
  readonly #priority: Uint8Array
  readonly #peers: Uint16Array
  readonly #urgent = new Set<number>()
  /** By priority: no piece in `order` below this has it. Sequential picking starts there. */
  readonly #lowest = new Int32Array(8)

  constructor(layout: PickerLayout, have: Bitfield, random: Random) {
    this.pieceCount = layout.pieceCount
    this.blocksPerPiece = Math.ceil(layout.pieceLengthBytes / BLOCK_BYTES)
    this.#have = have
    this.#blocks =
      this.blocksPerPiece > 0xffff ? new Uint32Array(this.pieceCount) : new Uint16Array(this.pieceCount)
    this.#state = new Uint8Array(this.pieceCount)
    this.#priority = new Uint8Array(this.pieceCount).fill(NORMAL_PRIORITY)
    this.#peers = new Uint16Array(this.pieceCount)
    this.open = new OpenPieces(this.blocksPerPiece)
    this.order = new RarityOrder(this.pieceCount, random)
    for (let piece = 0; piece < this.pieceCount; piece++) {
      this.#blocks[piece] = layout.blockCount(piece)
      if (have.has(piece)) this.#state[piece] = HAVE
      this.#count(piece, 1)
    }
  }

  state(piece: number): number {
    return this.#state[piece]!
  }

  priority(piece: number): PiecePriority {
    return this.#priority[piece] as PiecePriority
  }

  blockCount(piece: number): number {
    return this.#blocks[piece]!
  }

  /** Wanted, and not verified. */
  isWanted(piece: number): boolean {
    return this.#priority[piece]! > 0 && this.#state[piece]! !== HAVE
  }

  /** Wanted, not begun, and worth requests. */
  isFree(piece: number): boolean {
    return this.#state[piece] === MISSING && this.#priority[piece]! > 0 && this.#blocks[piece]! > 0
  }

  /** How many sources have the piece. */
  availability(piece: number): number {
    return this.#peers[piece]! + this.seeds
  }

  /** Whether every wanted block that some source has is asked for or here. */
  get allAsked(): boolean {
    return this.#freeBlocks === (this.seeds > 0 ? 0 : this.#freeBlocksOfSeedsOnly)
  }

  setPriority(piece: number, priority: PiecePriority): void {
    const before = this.#priority[piece]!
    if (before === priority) return
    this.#count(piece, -1)
    this.#priority[piece] = priority
    this.#count(piece, 1)
    if (before === 0) this.news.add(piece)
  }

  /** Whether a deadline keeps the piece out of the order of rarity. */
  setUrgent(piece: number, urgent: boolean): void {
    if (urgent === this.#urgent.has(piece)) return
    this.#count(piece, -1)
    if (urgent) this.#urgent.add(piece)
    else this.#urgent.delete(piece)
    this.#count(piece, 1)
    this.news.add(piece)
  }

  isUrgent(piece: number): boolean {
    return this.#urgent.size > 0 && this.#urgent.has(piece)
  }

  /** One more (1) or one less (-1) source, other than seeds, has the piece. */
  addPeers(piece: number, change: 1 | -1): void {
    const peers = this.#peers[piece]! + change
    if (peers < 0 || peers > MAX_AVAILABILITY) return
    const seedsOnly = peers === 0 || this.#peers[piece] === 0
    if (seedsOnly) this.#count(piece, -1)
    this.#peers[piece] = peers
    if (seedsOnly) this.#count(piece, 1)
    else if (this.order.contains(piece)) this.order.put(piece, this.#priority[piece]!, peers)
  }

  /** Moves a piece to another state. Its blocks must not change at the same time unless `change` does it. */
  setState(piece: number, state: number, change?: () => void): void {
    this.#count(piece, -1)
    if (this.#state[piece] === COMPLETE) this.complete--
    if (state === COMPLETE) this.complete++
    change?.()
    this.#state[piece] = state
    if (state === HAVE) this.#have.set(piece)
    else if (state === MISSING) this.#have.clear(piece)
    this.#count(piece, 1)
    if (state === MISSING) this.news.add(piece)
  }

  /** A block of an open piece was asked for (-1) or is free again (1). */
  blockFreed(piece: number, change: 1 | -1): void {
    if (this.#priority[piece] === 0) return
    this.#freeBlocks += change
    if (this.#peers[piece] === 0) this.#freeBlocksOfSeedsOnly += change
  }

  /** A block of an open piece is here. */
  blockArrived(piece: number): void {
    if (this.#priority[piece]! > 0) this.blocksLeft--
  }

  /** The first free piece in the torrent's order that the source has, of the highest priority there is for it; -1 when there is none. */
  firstInSequence(source: { readonly isSeed: boolean; has(piece: number): boolean }): number {
    const seed = source.isSeed
    for (let priority = 7; priority > 0; priority--) {
      let unseen = this.order.count(priority)
      if (unseen === 0) continue
      for (let piece = this.#lowest[priority]!; unseen > 0; piece++) {
        if (this.#priority[piece] !== priority || !this.order.contains(piece)) continue
        if (unseen === this.order.count(priority)) this.#lowest[priority] = piece
        unseen--
        if (seed || source.has(piece)) return piece
      }
    }
    return -1
  }

  /** Puts the piece's share into the sums and the order (1), or takes it out (-1). */
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
    } else if (state === OPEN) {
      const open = this.open.get(piece)!
      free = open.free
      left = blocks - open.here
    }
    this.wantedMissing += sign
    if (blocks > 0) this.wantedAskable += sign
    this.blocksLeft += sign * left
    this.#freeBlocks += sign * free
    if (this.#peers[piece] === 0) this.#freeBlocksOfSeedsOnly += sign * free
    if (sign < 0) this.order.remove(piece)
    else if (state === MISSING && blocks > 0 && !this.isUrgent(piece)) {
      this.order.put(piece, priority, this.#peers[piece]!)
      if (piece < this.#lowest[priority]!) this.#lowest[priority] = piece
    }
  }
}
