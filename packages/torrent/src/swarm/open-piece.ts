import { createHasher, SHA1_ASYNC_FROM_BYTES, sha1Async, sha256Into, sha256IntoAsync } from '#crypto'
import { Bitfield } from '../base/bitfield.ts'
import type { Hasher } from '../base/hasher.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'

/** Blocks hashed in one call: fewer calls, and the bytes are still in the processor's cache. */
const RUN_BLOCKS = 4

/** What is known of a block. */
const MISSING = 0
const CLAIMED = 1
const HERE = 2
/** Here, and in storage too, unverified. */
const SAVED = 3

/** Which digests a piece needs. */
export interface DigestKinds {
  readonly v1: boolean
  readonly v2: boolean
}

/**
 * A piece under way: its bytes and its digests, which are made while the blocks are warm. Blocks mostly come in order; the SHA-1 of
 * the piece follows them and catches up when a gap closes.
 */
export class OpenPiece {
  readonly piece: number
  /** Bytes of the whole piece and perhaps more. */
  readonly buffer: Uint8Array<ArrayBuffer>
  /** SHA-256 of each block, 32 bytes each, for v2 (BEP 52); of data only, not of padding. */
  readonly leaves: Uint8Array | undefined
  readonly #layout: PieceLayout
  readonly #dataBytes: number
  readonly #blockCount: number
  readonly #have: Uint8Array
  /** Who writes each claimed block. */
  readonly #writers: (object | undefined)[] = []
  /** The buffer belongs to somebody else now: nothing may be written to it. */
  released = false
  /** Writes of blocks from the buffer that are under way: it must not be used again before they are done. */
  holds = 0
  /** Some of its blocks came from storage, where an earlier run had put them. */
  restored = false
  /** When it was begun, in the clock's milliseconds. */
  readonly sinceMs: number
  #missing: number
  /** Undefined for v2, and where another thread makes it. */
  readonly #sha1: Hasher | undefined
  /** Blocks that the SHA-1 has seen, and blocks from the start without a gap. */
  #hashed = 0
  #contiguous = 0

  constructor(
    piece: number,
    layout: PieceLayout,
    buffer: Uint8Array<ArrayBuffer>,
    digests: DigestKinds,
    nowMs = 0,
  ) {
    this.piece = piece
    this.sinceMs = nowMs
    this.buffer = buffer
    this.#layout = layout
    this.#dataBytes = layout.dataSize(piece)
    this.#blockCount = layout.blockCount(piece)
    this.#have = new Uint8Array(this.#blockCount)
    this.#missing = this.#blockCount
    const aside = this.#dataBytes >= SHA1_ASYNC_FROM_BYTES[digests.v2 ? 'hybrid' : 'v1']
    if (digests.v1 && !aside) this.#sha1 = createHasher('sha1')
    if (digests.v2) this.leaves = new Uint8Array(32 * this.#blockCount)
  }

  get isComplete(): boolean {
    return this.#missing === 0
  }

  /** No block is here or on its way. */
  get isEmpty(): boolean {
    return this.#have.every(state => state === MISSING)
  }

  has(block: number): boolean {
    return this.#have[block]! >= HERE
  }

  /**
   * Reserves a block for one writer; false when it is here. Who began earlier and is not done loses it: two bring the same block only
   * at the end of a download, and the one in the way may never finish.
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
    return this.buffer.subarray(begin, begin + this.#layout.blockSize(this.piece, block))
  }

  /** The block's bytes are in place. */
  filled(block: number): void {
    if (this.has(block)) return
    this.#have[block] = HERE
    this.#writers[block] = undefined
    this.#missing--
    if (this.leaves && !sha256IntoAsync) sha256Into(this.#dataOf(block), this.leaves, 32 * block)
    if (!this.#sha1) return
    while (this.#contiguous < this.#blockCount && this.has(this.#contiguous)) this.#contiguous++
    if (this.#contiguous - this.#hashed < RUN_BLOCKS) return
    // The last block of a piece may be shorter.
    this.#hashUpTo(Math.min(this.#contiguous * BLOCK_BYTES, this.#layout.pieceSize(this.piece)))
  }

  /**
   * Where another thread makes `leaves`: resolves when they are all there. Null when they are now. To be called once, of a complete piece:
   * waking that thread for each block would cost more than hashing it.
   */
  leavesAside(): Promise<unknown> | null {
    const { leaves } = this
    if (!leaves || !sha256IntoAsync) return null
    const making: Promise<void>[] = []
    for (let block = 0; block < this.#blockCount; block++)
      making.push(sha256IntoAsync(this.#dataOf(block), leaves, 32 * block))
    return Promise.all(making)
  }

  /** Runs of blocks `[begin, end)` that are here and not in storage. */
  unsavedRuns(): BlockRun[] {
    const blocks: number[] = []
    for (let block = 0; block < this.#blockCount; block++) if (this.#have[block] === HERE) blocks.push(block)
    return runsOf(blocks)
  }

  /** The run is in storage. */
  saved([begin, end]: BlockRun): void {
    this.#have.fill(SAVED, begin, end)
  }

  /** The blocks that are in storage, as a bitfield; null when none is. */
  savedBlocks(): Uint8Array | null {
    if (!this.#have.includes(SAVED)) return null
    const bits = new Bitfield(this.#blockCount)
    for (let block = 0; block < this.#blockCount; block++) if (this.#have[block] === SAVED) bits.set(block)
    return bits.bytes
  }

  /** The bytes of a run within the piece; the padding behind the data is not stored. */
  bytesOf([begin, end]: BlockRun): { at: number; bytes: Uint8Array } {
    const at = begin * BLOCK_BYTES
    return { at, bytes: this.buffer.subarray(at, Math.min(end * BLOCK_BYTES, this.#dataBytes)) }
  }

  /** SHA-1 of the complete piece, padding included (BEP 3, 47). Call once; nothing may be written to `buffer` until it is there. */
  sha1(): Uint8Array | Promise<Uint8Array> {
    const size = this.#layout.pieceSize(this.piece)
    // Padding was never asked for.
    const asked = Math.min(size, this.#blockCount * BLOCK_BYTES)
    this.buffer.fill(0, asked, size)
    if (!this.#sha1) return sha1Async(this.buffer.subarray(0, size))
    this.#hashUpTo(size)
    return this.#sha1.digest()
  }

  /** A block without what is padding of it. */
  #dataOf(block: number): Uint8Array<ArrayBuffer> {
    const begin = block * BLOCK_BYTES
    return this.buffer.subarray(begin, Math.min(begin + BLOCK_BYTES, this.#dataBytes))
  }

  #hashUpTo(end: number): void {
    const begin = this.#hashed * BLOCK_BYTES
    if (end > begin) this.#sha1!.update(this.buffer.subarray(begin, end))
    this.#hashed = this.#contiguous
  }
}

/** Blocks `[begin, end)` of a piece. */
export type BlockRun = readonly [begin: number, end: number]

/** Ascending blocks as runs. */
export function runsOf(blocks: readonly number[]): BlockRun[] {
  const runs: [number, number][] = []
  for (const block of blocks) {
    const last = runs.at(-1)
    if (last?.[1] === block) last[1]++
    else runs.push([block, block + 1])
  }
  return runs
}
