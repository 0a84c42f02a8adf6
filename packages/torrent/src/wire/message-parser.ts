import { readU16, readU32 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { BLOCK_BYTES } from '../metainfo/metainfo.ts'
import { BLOCK_HEADER_BYTES, MESSAGE_HEADER_BYTES, type MessageHandler, MessageId } from './messages.ts'

/** Size limits of incoming messages, by kind. A longer message ends the connection. */
export interface MessageLimits {
  /** Default 1 MiB: eight million pieces. */
  readonly maxBitfieldBytes: number
  /** Extension message including its ID. Default 128 KiB. */
  readonly maxExtendedBytes: number
  /**
   * All hashes in one message. Default 32 KiB: BEP 52 allows at most 512 hashes plus their proof.
   */
  readonly maxHashesBytes: number
  /** Default 16 KiB, since the engine never requests more. */
  readonly maxBlockBytes: number
  /** Message of an unknown kind, which is skipped. Default 128 KiB. */
  readonly maxUnknownBytes: number
}

export const DEFAULT_MESSAGE_LIMITS: MessageLimits = {
  maxBitfieldBytes: 1 << 20,
  maxExtendedBytes: 128 << 10,
  maxHashesBytes: 32 << 10,
  maxBlockBytes: BLOCK_BYTES,
  maxUnknownBytes: 128 << 10,
}

/**
 * Fields of a hash message before its hashes (BEP 52): root, base layer, index, length, proof
 * layers.
 */
const HASH_RANGE_BYTES = 48
const SCRATCH_BYTES = 64

/** Length prefix of messages whose size is fixed, by message ID; 0 for all others. */
const FIXED_LENGTH = new Uint8Array(256)
for (const id of [
  MessageId.choke,
  MessageId.unchoke,
  MessageId.interested,
  MessageId.notInterested,
  MessageId.haveAll,
  MessageId.haveNone,
])
  FIXED_LENGTH[id] = 1
for (const id of [MessageId.have, MessageId.suggest, MessageId.allowedFast]) FIXED_LENGTH[id] = 5
for (const id of [MessageId.request, MessageId.cancel, MessageId.reject]) FIXED_LENGTH[id] = 13
for (const id of [MessageId.hashRequest, MessageId.hashReject]) FIXED_LENGTH[id] = 1 + HASH_RANGE_BYTES
FIXED_LENGTH[MessageId.port] = 3

/**
 * Parses the stream that follows the handshake and calls a handler for each message.
 *
 * Blocks, which are nearly all of the bytes, are passed on as views into the pushed bytes and never
 * assembled here. Other messages are decoded in place. Only a message that straddles two pushes is
 * copied, into a buffer that grows with the bytes received and not with the length that the peer
 * announced.
 */
export class MessageParser {
  readonly #handler: MessageHandler
  readonly #limits: MessageLimits
  /** Missing bytes of the current block or of a message that is being skipped. */
  #rest = 0
  #skipping = false
  /** The first `#filled` bytes of a message that straddles pushes. */
  #scratch = new Uint8Array(SCRATCH_BYTES)
  #filled = 0
  #stopped = false

  constructor(handler: MessageHandler, limits: Partial<MessageLimits> = {}) {
    this.#handler = handler
    this.#limits = { ...DEFAULT_MESSAGE_LIMITS, ...limits }
  }

  /**
   * Makes no further calls, not even for the rest of the current `push`. For a handler that has
   * closed its connection.
   */
  stop(): void {
    this.#stopped = true
    this.#scratch = new Uint8Array(0)
  }

  /**
   * Parses the next bytes of the stream and calls the handler for each message; keeps no reference
   * to the bytes. Throws `bad-message` if a message has a wrong length or exceeds a limit, and is
   * stopped then. An error thrown by the handler is passed on; the parser must not be used after
   * it.
   */
  push(bytes: Uint8Array): void {
    const end = bytes.length
    let at = 0
    while (at < end && !this.#stopped) {
      if (this.#rest > 0) at = this.#pushRest(bytes, at)
      else if (this.#filled > 0) at = this.#pushStraddling(bytes, at)
      else {
        const size = this.#sizeOf(bytes, at, end - at)
        if (end - at < size) {
          this.#keep(bytes, at)
          return
        }
        this.#dispatch(bytes, at, size)
        at += size
      }
    }
  }

  /**
   * Returns how many bytes of the message at `at` are needed before it can be processed further;
   * `available` are there.
   */
  #sizeOf(bytes: Uint8Array, at: number, available: number): number {
    if (available < 4) return 4
    const length = readU32(bytes, at)
    if (length === 0) return 4
    if (available < MESSAGE_HEADER_BYTES) return MESSAGE_HEADER_BYTES
    const id = bytes[at + 4]!
    this.#checkLength(id, length)
    if (id === MessageId.piece) return BLOCK_HEADER_BYTES
    return isKnown(id) ? 4 + length : MESSAGE_HEADER_BYTES
  }

  #checkLength(id: number, length: number): void {
    const fixed = FIXED_LENGTH[id]!
    if (fixed > 0) {
      if (length !== fixed) this.#fail(`message ${id} with ${length} bytes instead of ${fixed}`)
      return
    }
    const limits = this.#limits
    switch (id) {
      case MessageId.piece:
        this.#checkRange(id, length, 10, 9 + limits.maxBlockBytes)
        break
      case MessageId.bitfield:
        this.#checkRange(id, length, 1, 1 + limits.maxBitfieldBytes)
        break
      case MessageId.extended:
        this.#checkRange(id, length, 2, 1 + limits.maxExtendedBytes)
        break
      case MessageId.hashes:
        this.#checkRange(id, length, 1 + HASH_RANGE_BYTES, 1 + HASH_RANGE_BYTES + limits.maxHashesBytes)
        if ((length - 1 - HASH_RANGE_BYTES) % 32 !== 0) this.#fail('a hashes message that ends within a hash')
        return
      default:
        this.#checkRange(id, length, 1, 1 + limits.maxUnknownBytes)
    }
  }

  #checkRange(id: number, length: number, least: number, most: number): void {
    if (length < least || length > most)
      this.#fail(`message ${id} with ${length} bytes, where ${least} to ${most} are allowed`)
  }

  /**
   * Passes on bytes of a block, or drops bytes of a message that is being skipped. Returns the
   * offset after them.
   */
  #pushRest(bytes: Uint8Array, at: number): number {
    const count = Math.min(this.#rest, bytes.length - at)
    this.#rest -= count
    if (this.#skipping) {
      if (this.#rest === 0) this.#skipping = false
      return at + count
    }
    this.#handler.onBlockData(count === bytes.length ? bytes : bytes.subarray(at, at + count))
    if (this.#rest === 0 && !this.#stopped) this.#handler.onBlockEnd()
    return at + count
  }

  #keep(bytes: Uint8Array, at: number): void {
    const count = bytes.length - at
    this.#reserve(count)
    this.#scratch.set(at === 0 ? bytes : bytes.subarray(at), this.#filled)
    this.#filled += count
  }

  /**
   * Continues a message that began in an earlier push. Returns the offset after the bytes it used,
   * at most up to the message's end.
   */
  #pushStraddling(bytes: Uint8Array, at: number): number {
    const size = this.#sizeOf(this.#scratch, 0, this.#filled)
    const count = Math.min(size - this.#filled, bytes.length - at)
    this.#reserve(count)
    this.#scratch.set(bytes.subarray(at, at + count), this.#filled)
    this.#filled += count
    // With more of the message known, more of it may be needed.
    if (this.#filled < size || this.#filled < this.#sizeOf(this.#scratch, 0, this.#filled)) return at + count
    const message = this.#scratch
    this.#filled = 0
    // Do not keep a large buffer for the rest of the connection.
    if (message.length > 4096) this.#scratch = new Uint8Array(SCRATCH_BYTES)
    this.#dispatch(message, 0, size)
    return at + count
  }

  #reserve(count: number): void {
    const needed = this.#filled + count
    if (needed <= this.#scratch.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.#scratch.length))
    grown.set(this.#scratch.subarray(0, this.#filled))
    this.#scratch = grown
  }

  /**
   * Calls the handler for the checked message at `at`, which is complete except for the payload of
   * blocks and unknown messages.
   */
  #dispatch(bytes: Uint8Array, at: number, size: number): void {
    const handler = this.#handler
    if (size === 4) {
      handler.onKeepAlive()
      return
    }
    const id = bytes[at + 4]!
    const payload = at + MESSAGE_HEADER_BYTES
    switch (id) {
      case MessageId.piece: {
        this.#rest = readU32(bytes, at) - 9
        handler.onBlockStart(readU32(bytes, payload), readU32(bytes, payload + 4), this.#rest)
        break
      }
      case MessageId.request:
        handler.onRequest(readU32(bytes, payload), readU32(bytes, payload + 4), readU32(bytes, payload + 8))
        break
      case MessageId.have:
        handler.onHave(readU32(bytes, payload))
        break
      case MessageId.cancel:
        handler.onCancel(readU32(bytes, payload), readU32(bytes, payload + 4), readU32(bytes, payload + 8))
        break
      case MessageId.reject:
        handler.onReject(readU32(bytes, payload), readU32(bytes, payload + 4), readU32(bytes, payload + 8))
        break
      case MessageId.choke:
        handler.onChoke()
        break
      case MessageId.unchoke:
        handler.onUnchoke()
        break
      case MessageId.interested:
        handler.onInterested()
        break
      case MessageId.notInterested:
        handler.onNotInterested()
        break
      case MessageId.bitfield:
        handler.onBitfield(bytes.subarray(payload, at + size))
        break
      case MessageId.port:
        handler.onPort(readU16(bytes, payload))
        break
      case MessageId.suggest:
        handler.onSuggest(readU32(bytes, payload))
        break
      case MessageId.haveAll:
        handler.onHaveAll()
        break
      case MessageId.haveNone:
        handler.onHaveNone()
        break
      case MessageId.allowedFast:
        handler.onAllowedFast(readU32(bytes, payload))
        break
      case MessageId.extended:
        handler.onExtended(bytes[payload]!, bytes.subarray(payload + 1, at + size))
        break
      case MessageId.hashRequest:
      case MessageId.hashes:
      case MessageId.hashReject:
        this.#dispatchHash(id, bytes.subarray(payload, at + size))
        break
      default:
        this.#rest = readU32(bytes, at) - 1
        this.#skipping = this.#rest > 0
        handler.onUnknown(id)
        break
    }
  }

  #dispatchHash(id: number, payload: Uint8Array): void {
    const root = payload.subarray(0, 32)
    const baseLayer = readU32(payload, 32)
    const index = readU32(payload, 36)
    const length = readU32(payload, 40)
    const proofLayers = readU32(payload, 44)
    if (id === MessageId.hashRequest) this.#handler.onHashRequest(root, baseLayer, index, length, proofLayers)
    else if (id === MessageId.hashReject)
      this.#handler.onHashReject(root, baseLayer, index, length, proofLayers)
    else {
      const hashes = payload.subarray(HASH_RANGE_BYTES)
      this.#handler.onHashes(root, baseLayer, index, length, proofLayers, hashes)
    }
  }

  #fail(what: string): never {
    this.stop()
    throw new ShoalError('bad-message', `The peer sent ${what}: disconnect it`)
  }
}

function isKnown(id: number): boolean {
  return (
    FIXED_LENGTH[id]! > 0 ||
    id === MessageId.extended ||
    id === MessageId.bitfield ||
    id === MessageId.hashes ||
    id === MessageId.piece
  )
}
