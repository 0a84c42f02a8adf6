/** The messages of the peer wire protocol: their IDs and the interface of a handler. */

/** The byte after the length of a message. */
export const MessageId = {
  // BEP 3
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  // BEP 5
  port: 9,
  // BEP 6
  suggest: 13,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
  // BEP 10
  extended: 20,
  // BEP 52
  hashRequest: 21,
  hashes: 22,
  hashReject: 23,
} as const

/** Length and ID of a message. */
export const MESSAGE_HEADER_BYTES = 5

/** Length, ID, piece index and offset, which precede the block of a `piece` message. */
export const BLOCK_HEADER_BYTES = 13

/** The hashes of a file's Merkle tree that a hash message is about (BEP 52). */
export interface HashRange {
  /** Root of the file's tree: 32 bytes. */
  readonly piecesRoot: Uint8Array
  /** The layer of the hashes, counted from the leaves (blocks), which are layer 0. */
  readonly baseLayer: number
  /** First hash in that layer: a multiple of `length`. */
  readonly index: number
  /** Number of hashes in that layer. */
  readonly length: number
  /** Number of layers of uncle hashes that prove them, including those that are omitted. */
  readonly proofLayers: number
}

/**
 * Receives the messages that a `MessageParser` reads, in order. Numbers are unchecked 32-bit
 * values: the handler must check that a piece exists and that a block was requested. Views are
 * valid only during the call: copy what must be kept.
 */
export interface MessageHandler {
  onKeepAlive(): void
  onChoke(): void
  onUnchoke(): void
  onInterested(): void
  onNotInterested(): void
  onHave(piece: number): void
  /** `bits` has any size up to the limit: `Bitfield.from` checks it against the torrent. */
  onBitfield(bits: Uint8Array): void
  onRequest(piece: number, begin: number, length: number): void
  onCancel(piece: number, begin: number, length: number): void
  /**
   * A block of at least 1 byte begins. Its bytes follow in `onBlockData`, then `onBlockEnd`, with
   * no other call in between.
   */
  onBlockStart(piece: number, begin: number, length: number): void
  onBlockData(bytes: Uint8Array): void
  onBlockEnd(): void
  /** `port`: UDP port of the peer's DHT node (BEP 5). */
  onPort(port: number): void
  onSuggest(piece: number): void
  onHaveAll(): void
  onHaveNone(): void
  onReject(piece: number, begin: number, length: number): void
  onAllowedFast(piece: number): void
  /**
   * Extension message (BEP 10). `id`: 0 for the extended handshake, otherwise an ID that our own
   * extended handshake assigned.
   */
  onExtended(id: number, payload: Uint8Array): void
  onHashRequest(
    piecesRoot: Uint8Array,
    baseLayer: number,
    index: number,
    length: number,
    proofLayers: number,
  ): void
  /**
   * `hashes`: a multiple of 32 bytes, the base layer first, then the uncle hashes from the lowest
   * layer up.
   */
  onHashes(
    piecesRoot: Uint8Array,
    baseLayer: number,
    index: number,
    length: number,
    proofLayers: number,
    hashes: Uint8Array,
  ): void
  onHashReject(
    piecesRoot: Uint8Array,
    baseLayer: number,
    index: number,
    length: number,
    proofLayers: number,
  ): void
  /** A message of an unknown kind, whose payload is skipped. */
  onUnknown(id: number): void
}
