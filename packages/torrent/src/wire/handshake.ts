import { fromLatin1 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'

/** Features announced by the reserved bits of a handshake. */
export interface HandshakeFeatures {
  /** Extension protocol (BEP 10). */
  readonly extended: boolean
  /** Fast extension (BEP 6): active if both sides announce it. */
  readonly fast: boolean
  /** The peer runs a DHT node (BEP 5) and expects a `port` message. */
  readonly dht: boolean
  /**
   * Supports v2: a v1 handshake for a hybrid torrent may be answered with the v2 info hash (BEP
   * 52).
   */
  readonly v2: boolean
}

export interface Handshake {
  /** 20 bytes: the v1 info hash, or the first 20 of the v2 info hash (BEP 52). */
  readonly infoHash: Uint8Array
  /** 20 bytes. */
  readonly peerId: Uint8Array
  readonly features: HandshakeFeatures
}

/** BEP 3: protocol name with its length, reserved bits, info hash, peer ID. */
export const HANDSHAKE_BYTES = 68

/** BEP 3: the length 19, then the protocol name. */
export const PROTOCOL_PREFIX = fromLatin1('\x13BitTorrent protocol')

const RESERVED = 20
const INFO_HASH = 28
const PEER_ID = 48

/** Index of one of the eight reserved bytes, and the bit in it. */
const EXTENDED_BIT = [5, 0x10] as const // BEP 10
const DHT_BIT = [7, 0x01] as const // BEP 5
const FAST_BIT = [7, 0x04] as const // BEP 6
const V2_BIT = [7, 0x10] as const // BEP 52

/** Encodes the 68 bytes that open a connection. Features that are left out are not announced. */
export function encodeHandshake(handshake: {
  readonly infoHash: Uint8Array
  readonly peerId: Uint8Array
  readonly features?: Partial<HandshakeFeatures>
}): Uint8Array {
  const { infoHash, peerId, features = {} } = handshake
  if (infoHash.length !== 20 || peerId.length !== 20)
    throw new ShoalError(
      'bad-argument',
      'The info hash and the peer ID of a handshake must have 20 bytes each',
    )
  const bytes = new Uint8Array(HANDSHAKE_BYTES)
  bytes.set(PROTOCOL_PREFIX)
  const set = ([byte, bit]: readonly [number, number], on = false) => {
    if (on) bytes[RESERVED + byte]! |= bit
  }
  set(EXTENDED_BIT, features.extended)
  set(DHT_BIT, features.dht)
  set(FAST_BIT, features.fast)
  set(V2_BIT, features.v2)
  bytes.set(infoHash, INFO_HASH)
  bytes.set(peerId, PEER_ID)
  return bytes
}

/**
 * Parses the handshake in the first 68 bytes and ignores the rest. Returns null while bytes are
 * missing. Throws `bad-message` as soon as the bytes cannot start a handshake. The result shares no
 * memory with `bytes`.
 */
export function parseHandshake(bytes: Uint8Array): Handshake | null {
  if (!startsLikeHandshake(bytes))
    throw new ShoalError(
      'bad-message',
      'The peer does not speak BitTorrent, or speaks it only encrypted: disconnect it',
    )
  if (bytes.length < HANDSHAKE_BYTES) return null
  const has = ([byte, bit]: readonly [number, number]) => (bytes[RESERVED + byte]! & bit) !== 0
  return {
    // `slice` would not copy if a transport passes a Node Buffer.
    infoHash: new Uint8Array(bytes.subarray(INFO_HASH, PEER_ID)),
    peerId: new Uint8Array(bytes.subarray(PEER_ID, HANDSHAKE_BYTES)),
    features: { extended: has(EXTENDED_BIT), fast: has(FAST_BIT), dht: has(DHT_BIT), v2: has(V2_BIT) },
  }
}

/** Returns true if the bytes received so far may start a plain handshake. */
export function startsLikeHandshake(bytes: Uint8Array): boolean {
  const length = Math.min(bytes.length, PROTOCOL_PREFIX.length)
  for (let i = 0; i < length; i++) if (bytes[i] !== PROTOCOL_PREFIX[i]) return false
  return true
}
