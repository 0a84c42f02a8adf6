/**
 * The head of a part file, which keeps bytes of unwanted files that share a piece with a wanted
 * file.
 *
 * Layout, integers big-endian: `shoalpt1`; piece length, piece count, file count (4 bytes each); 4
 * reserved bytes; per piece 4 bytes: 0, or the number of its slot counted from 1; per file one bit,
 * most significant first: set if its bytes are in the part file instead of its own. Slots of one
 * piece length each follow from the next multiple of 4,096. Nothing moves once it is written, so
 * whatever survives a crash is valid: a missing entry means bytes that were not flushed.
 */
import { equalBytes, readU32, utf8, writeU32 } from '../base/bytes.ts'

const MAGIC = utf8('shoalpt1')
const FIXED_BYTES = 24
const ALIGN_BYTES = 4096

/** Identifies the torrent of a part file; another torrent usually has another shape. */
export interface PartShape {
  readonly pieceLengthBytes: number
  readonly pieceCount: number
  readonly fileCount: number
}

/** A range of bytes of the head to be written. A view that shows later changes. */
export interface HeadPart {
  readonly position: number
  readonly bytes: Uint8Array
}

export class PartIndex {
  /** The encoded head. */
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
   * Decodes a head; returns null if it is invalid or has another shape. Drops slots that are out of
   * range or claimed by two pieces: these pieces count as missing.
   */
  static decode(bytes: Uint8Array, shape: PartShape): PartIndex | null {
    const index = new PartIndex(shape)
    if (!equalBytes(bytes.subarray(0, 20), index.head.subarray(0, 20))) return null
    // It may be truncated by a crash: the missing part was not flushed.
    index.head.set(bytes.subarray(0, index.head.length))
    const spareBits = 8 * ((shape.fileCount + 7) >>> 3) - shape.fileCount
    index.head[index.head.length - 1]! &= 0xff << spareBits
    // Twice the piece count, because each dropped piece may get another slot.
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

  /** Offset of the piece's slot in the part file; -1 if it has none. */
  slotOffset(piece: number): number {
    const slot = readU32(this.head, FIXED_BYTES + 4 * piece)
    return slot === 0 ? -1 : slotsBegin(this.#shape) + (slot - 1) * this.#shape.pieceLengthBytes
  }

  /** Assigns a slot to the piece; returns null if it has one. */
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

  /** Sets whether the file's bytes are in the part file; returns null if nothing changes. */
  setHolds(file: number, holds: boolean): HeadPart | null {
    if (this.holds(file) === holds) return null
    const position = this.#bitAt(file)
    this.head[position]! ^= 0x80 >>> (file & 7)
    return { position, bytes: this.head.subarray(position, position + 1) }
  }

  /** Whether the part file has no file's bytes and can be deleted. */
  get isEmpty(): boolean {
    return this.head.subarray(FIXED_BYTES + 4 * this.#shape.pieceCount).every(byte => byte === 0)
  }

  #bitAt(file: number): number {
    return FIXED_BYTES + 4 * this.#shape.pieceCount + (file >>> 3)
  }
}

/** Bytes of the head, not counting the gap before the first slot. */
export function headBytes(shape: PartShape): number {
  return FIXED_BYTES + 4 * shape.pieceCount + ((shape.fileCount + 7) >>> 3)
}

function slotsBegin(shape: PartShape): number {
  return Math.ceil(headBytes(shape) / ALIGN_BYTES) * ALIGN_BYTES
}
