/** No source. */
export const NOBODY = -1
/** More than one source. */
export const SEVERAL = -2

const FREE = 0
const ASKED = 1
const HERE = 2

const NO_OTHERS: readonly number[] = []

/** The blocks of one piece that was begun and is not verified yet: which are asked of whom, which are here. Reused from piece to piece. */
export class OpenPiece {
  piece = -1
  blockCount = 0
  /** Where it stands in its table's list. */
  index = 0
  /** The same for its table's `unasked`; -1 while it is not there. */
  unaskedIndex = -1
  /** Blocks neither asked for nor here; asked for; here. They add up to `blockCount`. */
  free = 0
  asked = 0
  here = 0
  /** The only source that may be asked for its blocks (a source on parole), or NOBODY. */
  exclusiveTo = NOBODY
  /** The one source that took part so far; NOBODY or SEVERAL. */
  sole = NOBODY
  /** The fastest source at work on it, or NOBODY. */
  paceSource = NOBODY
  /** When a block was last asked for or arrived: milliseconds of the caller's clock. */
  lastMs = 0
  readonly #state: Uint8Array
  readonly #holder: Float64Array
  readonly #askedMs: Float64Array
  /** Further holders of blocks that were asked of several (endgame), by block. */
  #others: Map<number, number[]> | null = null
  /** No block below this is free. */
  #next = 0

  constructor(blocksPerPiece: number) {
    this.#state = new Uint8Array(blocksPerPiece)
    this.#holder = new Float64Array(blocksPerPiece)
    this.#askedMs = new Float64Array(blocksPerPiece)
  }

  /** Begins another piece. */
  reset(piece: number, blockCount: number): void {
    this.piece = piece
    this.blockCount = blockCount
    this.free = blockCount
    this.asked = 0
    this.here = 0
    this.exclusiveTo = NOBODY
    this.sole = NOBODY
    this.paceSource = NOBODY
    this.#state.fill(FREE, 0, blockCount)
    this.#others = null
    this.#next = 0
  }

  isAsked(block: number): boolean {
    return this.#state[block] === ASKED
  }

  isHere(block: number): boolean {
    return this.#state[block] === HERE
  }

  /** The source that was asked for the block first, of those that still are. Only for a block that is asked for. */
  holderOf(block: number): number {
    return this.#holder[block]!
  }

  askedMs(block: number): number {
    return this.#askedMs[block]!
  }

  /** How many sources are asked for the block. */
  holderCount(block: number): number {
    if (this.#state[block] !== ASKED) return 0
    return 1 + (this.#others?.get(block)?.length ?? 0)
  }

  isHeldBy(block: number, source: number): boolean {
    if (this.#state[block] !== ASKED) return false
    return this.#holder[block] === source || (this.#others?.get(block)?.includes(source) ?? false)
  }

  /** Asks the source for the first free block, in order, so that a piece that has one source can be hashed as it arrives. -1 when none is. */
  ask(source: number, nowMs: number): number {
    if (this.free === 0) return -1
    let block = this.#next
    while (this.#state[block] !== FREE) block++
    this.#next = block + 1
    this.#state[block] = ASKED
    this.#holder[block] = source
    this.#askedMs[block] = nowMs
    this.free--
    this.asked++
    this.#tookPart(source)
    this.lastMs = nowMs
    return block
  }

  /** Asks one more source for a block that is asked for already. */
  askAlso(block: number, source: number, nowMs: number): void {
    this.#others ??= new Map()
    const others = this.#others.get(block)
    if (others) others.push(source)
    else this.#others.set(block, [source])
    // Patience starts anew: the next duplicate waits for this one too.
    this.#askedMs[block] = nowMs
    this.#tookPart(source)
  }

  /** The block is here. Returns who else was asked for it. */
  arrive(block: number, source: number): readonly number[] {
    let others = NO_OTHERS
    if (this.#state[block] === ASKED) {
      this.asked--
      const more = this.#others?.get(block)
      const first = this.#holder[block]!
      if (more) {
        this.#others!.delete(block)
        others = [first, ...more].filter(id => id !== source)
      } else if (first !== source) others = [first]
    } else {
      this.free--
    }
    this.#state[block] = HERE
    this.here++
    this.#tookPart(source)
    return others
  }

  /** Takes back what was asked of the source. True when nobody else is asked for the block, so that it is free again. */
  release(block: number, source: number): boolean {
    const others = this.#others?.get(block)
    if (others) {
      const at = others.indexOf(source)
      if (at >= 0) others.splice(at, 1)
      else this.#holder[block] = others.shift()!
      if (others.length === 0) this.#others!.delete(block)
      return false
    }
    this.#state[block] = FREE
    this.asked--
    this.free++
    if (block < this.#next) this.#next = block
    if (this.asked === 0) this.paceSource = NOBODY
    return true
  }

  #tookPart(source: number): void {
    if (this.sole === NOBODY) this.sole = source
    else if (this.sole !== source) this.sole = SEVERAL
  }
}

/** The open pieces of a torrent. */
export class OpenPieces {
  /** In no order. Removal moves the last one, so a loop that may remove runs backwards. */
  readonly list: OpenPiece[] = []
  /** Those that have free blocks, in no order: few of many, when pieces are small and windows long. */
  readonly unasked: OpenPiece[] = []
  readonly #blocksPerPiece: number
  readonly #byPiece = new Map<number, OpenPiece>()
  readonly #spare: OpenPiece[] = []

  constructor(blocksPerPiece: number) {
    this.#blocksPerPiece = blocksPerPiece
  }

  get(piece: number): OpenPiece | undefined {
    return this.#byPiece.get(piece)
  }

  open(piece: number, blockCount: number): OpenPiece {
    const open = this.#spare.pop() ?? new OpenPiece(this.#blocksPerPiece)
    open.reset(piece, blockCount)
    open.index = this.list.length
    this.list.push(open)
    this.#byPiece.set(piece, open)
    this.noteFree(open)
    return open
  }

  /** To be called when blocks of the piece were asked for, arrived, or are free again. */
  noteFree(open: OpenPiece): void {
    if (open.free > 0 === open.unaskedIndex >= 0) return
    if (open.free > 0) {
      open.unaskedIndex = this.unasked.length
      this.unasked.push(open)
    } else this.#leaveUnasked(open)
  }

  #leaveUnasked(open: OpenPiece): void {
    const last = this.unasked.pop()!
    if (last !== open) {
      this.unasked[open.unaskedIndex] = last
      last.unaskedIndex = open.unaskedIndex
    }
    open.unaskedIndex = -1
  }

  close(open: OpenPiece): void {
    const last = this.list.pop()!
    if (last !== open) {
      this.list[open.index] = last
      last.index = open.index
    }
    if (open.unaskedIndex >= 0) this.#leaveUnasked(open)
    this.#byPiece.delete(open.piece)
    open.piece = -1
    this.#spare.push(open)
  }
}
