import { createHasher, SHA1_ASYNC_FROM_BYTES, sha1Async, sha256Into, sha256IntoAsync } from '#crypto'
import { Bitfield } from '../../base/bitfield.ts'
import type { Hasher } from '../../base/hasher.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import { BLOCK_BYTES } from '../../metainfo/metainfo.ts'

/**
 * Number of blocks hashed in one call: fewer calls, and the bytes are still in the processor's
 * cache.
 */
const RUN_BLOCKS = 4

// States of a block.
const MISSING = 0
const CLAIMED = 1
const PRESENT = 2
/** Present, and also in storage, unverified. */
const SAVED = 3

/** The digests that a piece needs. */
export interface DigestKinds {
  readonly v1: boolean
  readonly v2: boolean
}

/**
 * A piece that is being assembled: its bytes and its digests, which are computed while the blocks
 * are in the processor's cache. Blocks mostly arrive in order; the SHA-1 of the piece follows them
 * and catches up when a gap closes.
 */
export class PieceBuffer {
  readonly piece: number
  /** Has room for the complete piece, and possibly more. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** SHA-256 of each block, 32 bytes each, for v2 (BEP 52); of data only, not of padding. */
  readonly leaves: Uint8Array | undefined
  readonly #layout: PieceLayout
  readonly #dataBytes: number
  readonly #blockCount: number
  readonly #have: Uint8Array
  /** The writer of each claimed block. */
  readonly #writers: (object | undefined)[] = []
  /** Whether the bytes belong to another owner now: nothing may be written to them. */
  released = false
  /**
   * Number of pending uses of the bytes, such as writes: the memory must not be reused before they
   * end.
   */
  holds = 0
  /** Whether some of its blocks came from storage, where an earlier run had saved them. */
  restored = false
  /** Time at which it was started, in milliseconds of the clock. */
  readonly sinceMs: number
  #missing: number
  /** Undefined for v2, and if another thread computes it. */
  readonly #sha1: Hasher | undefined
  /** Number of blocks that the SHA-1 includes, and of blocks from the start without a gap. */
  #hashed = 0
  #contiguous = 0

  constructor(
    piece: number,
    layout: PieceLayout,
    bytes: Uint8Array<ArrayBuffer>,
    digests: DigestKinds,
    nowMs = 0,
  ) {
    this.piece = piece
    this.sinceMs = nowMs
    this.bytes = bytes
    this.#layout = layout
    this.#dataBytes = layout.dataSize(piece)
    this.#blockCount = layout.blockCount(piece)
    this.#have = new Uint8Array(this.#blockCount)
    this.#missing = this.#blockCount
    const isAsync = this.#dataBytes >= SHA1_ASYNC_FROM_BYTES[digests.v2 ? 'hybrid' : 'v1']
    if (digests.v1 && !isAsync) this.#sha1 = createHasher('sha1')
    if (digests.v2) this.leaves = new Uint8Array(32 * this.#blockCount)
  }

  get isComplete(): boolean {
    return this.#missing === 0
  }

  /** Whether no block is present or claimed. */
  get isEmpty(): boolean {
    return this.#have.every(state => state === MISSING)
  }

  has(block: number): boolean {
    return this.#have[block]! >= PRESENT
  }

  /**
   * Reserves a block for one writer. Returns false if the block is present. A writer that claimed
   * it earlier loses it: two deliver the same block only at the end of a download, and the earlier
   * one may never finish.
   */
  claim(block: number, writer: object): boolean {
    if (this.has(block)) return false
    this.#have[block] = CLAIMED
    this.#writers[block] = writer
    return true
  }

  /** Whether the block is still the writer's, so that it may be written. */
  isClaimedBy(block: number, writer: object): boolean {
    return !this.released && this.#have[block] === CLAIMED && this.#writers[block] === writer
  }

  /** The writer of a claimed block gave up. */
  unclaim(block: number, writer: object): void {
    if (!this.isClaimedBy(block, writer)) return
    this.#have[block] = MISSING
    this.#writers[block] = undefined
  }

  /** The bytes of a block, of its size on the wire. */
  block(block: number): Uint8Array {
    const begin = block * BLOCK_BYTES
    return this.bytes.subarray(begin, begin + this.#layout.blockSize(this.piece, block))
  }

  /** Call when the block's bytes are in place. */
  filled(block: number): void {
    if (this.has(block)) return
    this.#have[block] = PRESENT
    this.#writers[block] = undefined
    this.#missing--
    if (this.leaves && !sha256IntoAsync) sha256Into(this.#blockData(block), this.leaves, 32 * block)
    if (!this.#sha1) return
    while (this.#contiguous < this.#blockCount && this.has(this.#contiguous)) this.#contiguous++
    if (this.#contiguous - this.#hashed < RUN_BLOCKS) return
    // The last block of a piece may be shorter.
    this.#hashUpTo(Math.min(this.#contiguous * BLOCK_BYTES, this.#layout.pieceSize(this.piece)))
  }

  /**
   * Resolves when all `leaves` are computed, if another thread does that; null if they are computed
   * already. Call once, for a complete piece: waking that thread for each block would cost more
   * than hashing it.
   */
  leavesAsync(): Promise<unknown> | null {
    const { leaves } = this
    if (!leaves || !sha256IntoAsync) return null
    const making: Promise<void>[] = []
    for (let block = 0; block < this.#blockCount; block++)
      making.push(sha256IntoAsync(this.#blockData(block), leaves, 32 * block))
    return Promise.all(making)
  }

  /** Runs of blocks `[begin, end)` that are present and not in storage. */
  unsavedRuns(): BlockRun[] {
    const blocks: number[] = []
    for (let block = 0; block < this.#blockCount; block++)
      if (this.#have[block] === PRESENT) blocks.push(block)
    return groupRuns(blocks)
  }

  /** Call when the run is in storage. */
  saved([begin, end]: BlockRun): void {
    this.#have.fill(SAVED, begin, end)
  }

  /** The blocks that are in storage, as a bitfield; null if there are none. */
  savedBlocks(): Uint8Array | null {
    if (!this.#have.includes(SAVED)) return null
    const bits = new Bitfield(this.#blockCount)
    for (let block = 0; block < this.#blockCount; block++) if (this.#have[block] === SAVED) bits.set(block)
    return bits.bytes
  }

  /** The bytes of a run within the piece, without padding, which is not stored. */
  bytesOf([begin, end]: BlockRun): { at: number; bytes: Uint8Array } {
    const at = begin * BLOCK_BYTES
    return { at, bytes: this.bytes.subarray(at, Math.min(end * BLOCK_BYTES, this.#dataBytes)) }
  }

  /**
   * SHA-1 of the complete piece, including padding (BEP 3, 47). Call once. Nothing may be written
   * to `bytes` until it is computed.
   */
  sha1(): Uint8Array | Promise<Uint8Array> {
    const size = this.#layout.pieceSize(this.piece)
    // Padding was never requested.
    const asked = Math.min(size, this.#blockCount * BLOCK_BYTES)
    this.bytes.fill(0, asked, size)
    if (!this.#sha1) return sha1Async(this.bytes.subarray(0, size))
    this.#hashUpTo(size)
    return this.#sha1.digest()
  }

  /** A block without its padding. */
  #blockData(block: number): Uint8Array<ArrayBuffer> {
    const begin = block * BLOCK_BYTES
    return this.bytes.subarray(begin, Math.min(begin + BLOCK_BYTES, this.#dataBytes))
  }

  #hashUpTo(end: number): void {
    const begin = this.#hashed * BLOCK_BYTES
    if (end > begin) this.#sha1!.update(this.bytes.subarray(begin, end))
    this.#hashed = this.#contiguous
  }
}

/** Blocks `[begin, end)` of a piece. */
export type BlockRun = readonly [begin: number, end: number]

/** Groups ascending blocks into runs. */
export function groupRuns(blocks: readonly number[]): BlockRun[] {
  const runs: [number, number][] = []
  for (const block of blocks) {
    const last = runs.at(-1)
    if (last?.[1] === block) last[1]++
    else runs.push([block, block + 1])
  }
  return runs
}
