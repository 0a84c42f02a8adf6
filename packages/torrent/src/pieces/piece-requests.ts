/** Source id that means "no source". */
export const NOBODY = -1
/** Source id that means "more than one source". */
const SEVERAL = -2

const FREE = 0
const REQUESTED = 1
const RECEIVED = 2

const NO_OTHERS: readonly number[] = []

/**
 * The blocks of one partial piece: which of them are requested from which sources, and which have
 * arrived. Instances are reused from piece to piece. Blocks are numbered from 0 within the piece.
 */
export class PieceRequests {
  piece = -1
  blockCount = 0
  /** Index in the list of all partial pieces. */
  index = 0
  /** Index in the list of partial pieces with free blocks, or -1. */
  joinableIndex = -1
  /**
   * Number of blocks that are neither requested nor received, that are requested, and that are
   * received. They add up to `blockCount`.
   */
  free = 0
  requested = 0
  received = 0
  /**
   * The only source from which blocks of this piece may be requested (it is on parole), or NOBODY.
   */
  exclusiveTo = NOBODY
  /** The only source that has contributed so far, NOBODY or SEVERAL. */
  sole = NOBODY
  /** The fastest source with open requests for this piece, or NOBODY. */
  paceSource = NOBODY
  /** Time of the last request for a free block, in milliseconds of the caller's clock. */
  lastMs = 0
  readonly #state: Uint8Array
  readonly #source: Float64Array
  readonly #requestedMs: Float64Array
  /** For blocks requested from several sources: all of them but the first. */
  #others: Map<number, number[]> | null = null
  /** No block below this index is free. */
  #next = 0

  constructor(blocksPerPiece: number) {
    this.#state = new Uint8Array(blocksPerPiece)
    this.#source = new Float64Array(blocksPerPiece)
    this.#requestedMs = new Float64Array(blocksPerPiece)
  }

  /** Starts over with another piece. */
  reset(piece: number, blockCount: number): void {
    this.piece = piece
    this.blockCount = blockCount
    this.free = blockCount
    this.requested = 0
    this.received = 0
    this.exclusiveTo = NOBODY
    this.sole = NOBODY
    this.paceSource = NOBODY
    this.#state.fill(FREE, 0, blockCount)
    this.#others = null
    this.#next = 0
  }

  get isComplete(): boolean {
    return this.received === this.blockCount
  }

  isRequested(block: number): boolean {
    return this.#state[block] === REQUESTED
  }

  isReceived(block: number): boolean {
    return this.#state[block] === RECEIVED
  }

  /**
   * The first of the sources that the block is requested from. Only valid for a requested block.
   */
  firstSource(block: number): number {
    return this.#source[block]!
  }

  /** Time of the latest request for the block. Only valid for a requested block. */
  requestedMs(block: number): number {
    return this.#requestedMs[block]!
  }

  /** Returns from how many sources the block is requested. */
  sourceCount(block: number): number {
    if (this.#state[block] !== REQUESTED) return 0
    return 1 + (this.#others?.get(block)?.length ?? 0)
  }

  isRequestedFrom(block: number, source: number): boolean {
    if (this.#state[block] !== REQUESTED) return false
    return this.#source[block] === source || (this.#others?.get(block)?.includes(source) ?? false)
  }

  /**
   * Requests the first free block and returns its number, or -1 if none is free. In order, so that
   * a piece can be hashed as it arrives.
   */
  request(source: number, nowMs: number): number {
    if (this.free === 0) return -1
    let block = this.#next
    while (this.#state[block] !== FREE) block++
    this.#next = block + 1
    this.#state[block] = REQUESTED
    this.#source[block] = source
    this.#requestedMs[block] = nowMs
    this.free--
    this.requested++
    this.#addParticipant(source)
    this.lastMs = nowMs
    return block
  }

  /**
   * Requests a block from one more source. Restarts the time after which further sources may be
   * used.
   */
  requestAgain(block: number, source: number, nowMs: number): void {
    this.#others ??= new Map()
    const others = this.#others.get(block)
    if (others) others.push(source)
    else this.#others.set(block, [source])
    this.#requestedMs[block] = nowMs
    this.#addParticipant(source)
  }

  /** Marks the block as received. Returns the other sources that it was requested from. */
  receive(block: number, source: number): readonly number[] {
    let others = NO_OTHERS
    if (this.#state[block] === REQUESTED) {
      this.requested--
      const more = this.#others?.get(block)
      const first = this.#source[block]!
      if (more) {
        this.#others!.delete(block)
        others = [first, ...more].filter(id => id !== source)
      } else if (first !== source) others = [first]
    } else {
      this.free--
    }
    this.#state[block] = RECEIVED
    this.received++
    this.#addParticipant(source)
    return others
  }

  /**
   * Withdraws the request to this source. Returns true if the block is free again because no other
   * source has a request for it.
   */
  release(block: number, source: number): boolean {
    const others = this.#others?.get(block)
    if (others) {
      const at = others.indexOf(source)
      if (at >= 0) others.splice(at, 1)
      else this.#source[block] = others.shift()!
      if (others.length === 0) this.#others!.delete(block)
      return false
    }
    this.#state[block] = FREE
    this.requested--
    this.free++
    if (block < this.#next) this.#next = block
    if (this.requested === 0) this.paceSource = NOBODY
    return true
  }

  #addParticipant(source: number): void {
    if (this.sole === NOBODY) this.sole = source
    else if (this.sole !== source) this.sole = SEVERAL
  }
}
