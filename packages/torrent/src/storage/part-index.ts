/**
 * The head of a part file, which keeps bytes of unwanted files that share a piece with a wanted one.
 *
 * Layout, integers big-endian: `shoalpt1`; piece length, piece count, file count (4 bytes each); 4 reserved; then 4 bytes a piece: 0, or
 * the number of its slot counted from 1; then a bit a file, most significant first: its bytes are here and not in a file of its own.
 * Slots of one piece length each follow from the next multiple of 4,096. Nothing in it moves once it is written, so whatever part of it
 * survived a crash is right: a missing entry means bytes that were not flushed.
 */
import { equalBytes, readU32, utf8, writeU32 } from '../base/bytes.ts'

const MAGIC = utf8('shoalpt1')
const FIXED_BYTES = 24
const ALIGN_BYTES = 4096

/** What a part file belongs to; another shape is another torrent's. */
export interface PartShape {
  readonly pieceLengthBytes: number
  readonly pieceCount: number
  readonly fileCount: number
}

/** A run of bytes of the head, as it must reach the disk. A view: later changes show in it. */
export interface HeadPart {
  readonly position: number
  readonly bytes: Uint8Array
}

export class PartIndex {
  /** The head as it is on disk. */
  readonly head: Uint8Array
  readonly #shape: PartShape
  #slots = 0

  /** An empty index. */
  constructor(shape: PartShape) {
    this.#shape = shape
    this.head = new Uint8Array(headBytes(shape))
    this.head.set(MAGIC)
    writeU32(this.head, 8, shape.pieceLengthBytes)
    writeU32(this.head, 12, shape.pieceCount)
    writeU32(this.head, 16, shape.fileCount)
  }

  /**
   * Reads a head; null when it is not one or of another shape. Slots that two pieces claim or that no piece can have are left out:
   * these pieces count as missing.
   */
  static decode(bytes: Uint8Array, shape: PartShape): PartIndex | null {
    const index = new PartIndex(shape)
    if (!equalBytes(bytes.subarray(0, 20), index.head.subarray(0, 20))) return null
    // Cut short by a crash: what is missing was not flushed.
    index.head.set(bytes.subarray(0, index.head.length))
    const spareBits = 8 * ((shape.fileCount + 7) >>> 3) - shape.fileCount
    index.head[index.head.length - 1]! &= 0xff << spareBits
    // Twice the pieces: each piece left out here may be given a further slot.
    const lastSlot = 2 * shape.pieceCount
    const claimed = new Set<number>()
    for (let piece = 0; piece < shape.pieceCount; piece++) {
      const slot = readU32(index.head, FIXED_BYTES + 4 * piece)
      if (slot === 0) continue
      if (slot > lastSlot || claimed.has(slot)) writeU32(index.head, FIXED_BYTES + 4 * piece, 0)
      claimed.add(slot)
      index.#slots = Math.max(index.#slots, Math.min(slot, lastSlot))
    }
    return index
  }

  /** Where the piece's slot begins in the part file; -1 when it has none. */
  slotOffset(piece: number): number {
    const slot = readU32(this.head, FIXED_BYTES + 4 * piece)
    return slot === 0 ? -1 : slotsBegin(this.#shape) + (slot - 1) * this.#shape.pieceLengthBytes
  }

  /** Gives the piece a slot; null when it has one. */
  addSlot(piece: number): HeadPart | null {
    const position = FIXED_BYTES + 4 * piece
    if (readU32(this.head, position) !== 0) return null
    writeU32(this.head, position, ++this.#slots)
    return { position, bytes: this.head.subarray(position, position + 4) }
  }

  /** Whether the file's bytes are in the part file. */
  holds(file: number): boolean {
    return (this.head[this.#bitAt(file)]! & (0x80 >>> (file & 7))) !== 0
  }

  /** Sets whether the file's bytes are here; null when that is so already. */
  setHolds(file: number, holds: boolean): HeadPart | null {
    if (this.holds(file) === holds) return null
    const position = this.#bitAt(file)
    this.head[position]! ^= 0x80 >>> (file & 7)
    return { position, bytes: this.head.subarray(position, position + 1) }
  }

  /** Whether no file's bytes are here, so that the part file can go. */
  get isEmpty(): boolean {
    return this.head.subarray(FIXED_BYTES + 4 * this.#shape.pieceCount).every(byte => byte === 0)
  }

  #bitAt(file: number): number {
    return FIXED_BYTES + 4 * this.#shape.pieceCount + (file >>> 3)
  }
}

/** Bytes of the head, without the gap up to the first slot. */
export function headBytes(shape: PartShape): number {
  return FIXED_BYTES + 4 * shape.pieceCount + ((shape.fileCount + 7) >>> 3)
}

function slotsBegin(shape: PartShape): number {
  return Math.ceil(headBytes(shape) / ALIGN_BYTES) * ALIGN_BYTES
}
