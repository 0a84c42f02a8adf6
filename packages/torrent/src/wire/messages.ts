/** The messages of the peer protocol: their numbers, and what a reader of them is told. */

/** First byte of a message, after its length. */
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

/** Bytes of a message up to its payload: length and number. */
export const MESSAGE_HEADER_BYTES = 5

/** Bytes of a `piece` message up to its block: length, number, piece index, offset. */
export const BLOCK_HEADER_BYTES = 13

/** Which hashes of a file's merkle tree a hash message is about (BEP 52). */
export interface HashRange {
  /** Root of the file's tree: 32 bytes. */
  readonly piecesRoot: Uint8Array
  /** Layers above the leaves (blocks) that the hashes are from. */
  readonly baseLayer: number
  /** First hash in that layer: a multiple of `length`. */
  readonly index: number
  /** How many hashes of that layer. */
  readonly length: number
  /** How many layers of uncles are to prove them, the omitted ones counted. */
  readonly proofLayers: number
}

/**
 * What a `MessageParser` tells of the stream, in its order. Numbers are unchecked 32-bit values: whether a piece exists or a block was
 * asked for is the handler's business. Every view is valid only during the call: copy what must stay.
 */
export interface MessageHandler {
  onKeepAlive(): void
  onChoke(): void
  onUnchoke(): void
  onInterested(): void
  onNotInterested(): void
  onHave(piece: number): void
  /** Of any size up to the limit: `Bitfield.from` checks it against the torrent. */
  onBitfield(bits: Uint8Array): void
  onRequest(piece: number, begin: number, length: number): void
  onCancel(piece: number, begin: number, length: number): void
  /** A block begins: `length` is at least 1. Its bytes follow in `onBlockData`, then `onBlockEnd`, with nothing in between. */
  onBlockStart(piece: number, begin: number, length: number): void
  onBlockData(bytes: Uint8Array): void
  onBlockEnd(): void
  /** UDP port of the peer's DHT node (BEP 5). */
  onPort(port: number): void
  onSuggest(piece: number): void
  onHaveAll(): void
  onHaveNone(): void
  onReject(piece: number, begin: number, length: number): void
  onAllowedFast(piece: number): void
  /** Extension message (BEP 10): number 0 is the extended handshake, others are those our own handshake gave. */
  onExtended(id: number, payload: Uint8Array): void
  onHashRequest(
    piecesRoot: Uint8Array,
    baseLayer: number,
    index: number,
    length: number,
    proofLayers: number,
  ): void
  /** `hashes`: a multiple of 32 bytes, the base layer first, then the uncles from the lowest up. */
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
  /** A message of a kind that this engine does not know; its payload is skipped. */
  onUnknown(id: number): void
}
