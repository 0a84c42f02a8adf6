import { writeU16, writeU32 } from '../base/bytes.ts'
import { BLOCK_HEADER_BYTES, type HashRange, MESSAGE_HEADER_BYTES, MessageId } from './messages.ts'

const FIRST_SLAB_BYTES = 256
const MAX_SLAB_BYTES = 16384

/**
 * Encodes messages into one buffer, so that all messages of one event loop turn leave in one write:
 * a fast download sends thousands of 17-byte requests per second.
 *
 * Bytes that were taken are never modified: further messages are appended to the same slab, and a
 * new slab replaces a full one. Slabs grow with use, so that an idle connection holds little
 * memory.
 */
export class MessageWriter {
  #slab = new Uint8Array(0)
  /** The bytes from `#taken` to `#end` have not been taken yet. */
  #taken = 0
  #end = 0

  get pendingBytes(): number {
    return this.#end - this.#taken
  }

  /**
   * Returns all messages written since the last call, or null if there are none. The bytes never
   * change afterwards.
   */
  take(): Uint8Array | null {
    if (this.#end === this.#taken) return null
    const bytes = this.#slab.subarray(this.#taken, this.#end)
    this.#taken = this.#end
    return bytes
  }

  keepAlive(): void {
    const at = this.#reserve(4)
    writeU32(this.#slab, at, 0)
  }

  choke(): void {
    this.#begin(MessageId.choke, 0)
  }

  unchoke(): void {
    this.#begin(MessageId.unchoke, 0)
  }

  interested(): void {
    this.#begin(MessageId.interested, 0)
  }

  notInterested(): void {
    this.#begin(MessageId.notInterested, 0)
  }

  have(piece: number): void {
    this.#number(MessageId.have, piece)
  }

  bitfield(bits: Uint8Array): void {
    const at = this.#begin(MessageId.bitfield, bits.length)
    this.#slab.set(bits, at)
  }

  request(piece: number, begin: number, length: number): void {
    this.#block(MessageId.request, piece, begin, length)
  }

  cancel(piece: number, begin: number, length: number): void {
    this.#block(MessageId.cancel, piece, begin, length)
  }

  /**
   * Writes the header of a `piece` message. The `length` bytes of the block must be the next bytes
   * on the connection: call `take`, write its result, then write the block.
   */
  blockHeader(piece: number, begin: number, length: number): void {
    const at = this.#reserve(BLOCK_HEADER_BYTES)
    writeBlockHeader(this.#slab, at, piece, begin, length)
  }

  /** `port`: UDP port of our DHT node (BEP 5). */
  port(port: number): void {
    const at = this.#begin(MessageId.port, 2)
    writeU16(this.#slab, at, port)
  }

  suggest(piece: number): void {
    this.#number(MessageId.suggest, piece)
  }

  haveAll(): void {
    this.#begin(MessageId.haveAll, 0)
  }

  haveNone(): void {
    this.#begin(MessageId.haveNone, 0)
  }

  reject(piece: number, begin: number, length: number): void {
    this.#block(MessageId.reject, piece, begin, length)
  }

  allowedFast(piece: number): void {
    this.#number(MessageId.allowedFast, piece)
  }

  /**
   * Extension message (BEP 10). `id`: the ID from the peer's extended handshake, or 0 for our own
   * extended handshake.
   */
  extended(id: number, payload: Uint8Array): void {
    const at = this.#begin(MessageId.extended, 1 + payload.length)
    this.#slab[at] = id
    this.#slab.set(payload, at + 1)
  }

  hashRequest(range: HashRange): void {
    this.#hashRange(MessageId.hashRequest, range, 0)
  }

  /**
   * `hashes`: 32 bytes each, the base layer first, then the uncle hashes from the lowest layer up
   * (BEP 52).
   */
  hashes(range: HashRange, hashes: Uint8Array): void {
    const at = this.#hashRange(MessageId.hashes, range, hashes.length)
    this.#slab.set(hashes, at)
  }

  hashReject(range: HashRange): void {
    this.#hashRange(MessageId.hashReject, range, 0)
  }

  #number(id: number, value: number): void {
    const at = this.#begin(id, 4)
    writeU32(this.#slab, at, value)
  }

  #block(id: number, piece: number, begin: number, length: number): void {
    const at = this.#begin(id, 12)
    const slab = this.#slab
    writeU32(slab, at, piece)
    writeU32(slab, at + 4, begin)
    writeU32(slab, at + 8, length)
  }

  /** Writes the fields of a hash message. Returns the offset for its hashes. */
  #hashRange(id: number, range: HashRange, hashesBytes: number): number {
    const at = this.#begin(id, 48 + hashesBytes)
    const slab = this.#slab
    slab.set(range.piecesRoot, at)
    writeU32(slab, at + 32, range.baseLayer)
    writeU32(slab, at + 36, range.index)
    writeU32(slab, at + 40, range.length)
    writeU32(slab, at + 44, range.proofLayers)
    return at + 48
  }

  /** Writes the length and ID of a message. Returns the offset for its payload. */
  #begin(id: number, payloadBytes: number): number {
    const at = this.#reserve(MESSAGE_HEADER_BYTES + payloadBytes)
    writeU32(this.#slab, at, 1 + payloadBytes)
    this.#slab[at + 4] = id
    return at + MESSAGE_HEADER_BYTES
  }

  /**
   * Reserves `count` bytes at the end of the slab and returns their offset. May replace the slab.
   */
  #reserve(count: number): number {
    const at = this.#end
    if (at + count <= this.#slab.length) {
      this.#end = at + count
      return at
    }
    const pending = this.#slab.subarray(this.#taken, at)
    const doubled = Math.min(Math.max(2 * this.#slab.length, FIRST_SLAB_BYTES), MAX_SLAB_BYTES)
    // Twice what is pending, so that a long bitfield followed by many messages is not copied for
    // each of them.
    const slab = new Uint8Array(Math.max(doubled, 2 * pending.length + count))
    slab.set(pending)
    this.#slab = slab
    this.#taken = 0
    this.#end = pending.length + count
    return pending.length
  }
}

/** Encodes the 13 bytes of a `piece` message that precede its block. */
export function blockHeader(piece: number, begin: number, length: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_HEADER_BYTES)
  writeBlockHeader(bytes, 0, piece, begin, length)
  return bytes
}

function writeBlockHeader(bytes: Uint8Array, at: number, piece: number, begin: number, length: number): void {
  writeU32(bytes, at, 9 + length)
  bytes[at + 4] = MessageId.piece
  writeU32(bytes, at + 5, piece)
  writeU32(bytes, at + 9, begin)
}
