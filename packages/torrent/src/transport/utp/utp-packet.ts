import { readU16, readU32, writeU16, writeU32 } from '../../base/bytes.ts'
/** Packets of uTP version 1 (BEP 29): a header of 20 bytes, a chain of extensions, a payload. */

export const HEADER_BYTES = 20
/** Offset of the sequence number in a header. */
export const SEQ_AT = 16
/**
 * Maximum number of bytes of a selective ACK that we send: they describe the next 1,536 packets.
 */
export const MAX_SACK_BYTES = 192

const VERSION = 1
const SACK_EXTENSION = 1
/** An unused number, so that receivers skip its content (BEP 29, "extension"). */
const PADDING_EXTENSION = 0x7e
/** An extension has a header of two bytes, and a length of one byte. */
const MAX_EXTENSION_BYTES = 2 + 255
/** Maximum number of extensions in a packet: those of other clients have one or two. */
const MAX_EXTENSIONS = 8

export const PacketType = { data: 0, fin: 1, state: 2, reset: 3, syn: 4 } as const
export type PacketType = (typeof PacketType)[keyof typeof PacketType]

/**
 * The fields of a packet. Decoding reuses one object, because a new one for each packet would be
 * most of the work.
 */
export interface UtpPacket {
  type: PacketType
  connectionId: number
  /** Clock of the sender when it sent the packet: microseconds modulo 2^32. */
  timestampMicros: number
  /**
   * The sender's clock minus our timestamp when it last received a packet of ours, modulo 2^32. 0
   * before that.
   */
  differenceMicros: number
  windowBytes: number
  seqNr: number
  ackNr: number
  /** Offset of the bits of the selective ACK. */
  sackStart: number
  /** 0 without a selective ACK. */
  sackBytes: number
  payloadStart: number
}

/** The fields that a sender sets. */
export type PacketFields = Omit<UtpPacket, 'sackStart' | 'sackBytes' | 'payloadStart'>

export function createPacket(): UtpPacket {
  return {
    type: PacketType.state,
    connectionId: 0,
    timestampMicros: 0,
    differenceMicros: 0,
    windowBytes: 0,
    seqNr: 0,
    ackNr: 0,
    sackStart: 0,
    sackBytes: 0,
    payloadStart: 0,
  }
}

/** Whether a datagram is meant for uTP, as opposed to the DHT, whose messages begin with `d`. */
export function isUtpDatagram(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && (bytes[0]! & 0x0f) === VERSION && bytes[0]! >> 4 <= PacketType.syn
}

/**
 * Reads a datagram into `packet`. Returns false if it is malformed; `packet` is then partly
 * undefined.
 */
export function decodePacket(bytes: Uint8Array, packet: UtpPacket): boolean {
  if (!isUtpDatagram(bytes)) return false
  packet.type = (bytes[0]! >> 4) as PacketType
  packet.connectionId = readU16(bytes, 2)
  packet.timestampMicros = readU32(bytes, 4)
  packet.differenceMicros = readU32(bytes, 8)
  packet.windowBytes = readU32(bytes, 12)
  packet.seqNr = readU16(bytes, 16)
  packet.ackNr = readU16(bytes, 18)
  packet.sackStart = 0
  packet.sackBytes = 0
  packet.payloadStart = HEADER_BYTES
  return bytes[1] === 0 || decodeExtensions(bytes, packet)
}

function decodeExtensions(bytes: Uint8Array, packet: UtpPacket): boolean {
  let extension = bytes[1]!
  let at = HEADER_BYTES
  for (let count = 0; extension !== 0; count++) {
    if (count === MAX_EXTENSIONS || at + 2 > bytes.length) return false
    const length = bytes[at + 1]!
    if (at + 2 + length > bytes.length) return false
    if (extension === SACK_EXTENSION) {
      // BEP 29 wants multiples of 32 bits, but libtorrent sends as many bytes as it needs.
      packet.sackStart = at + 2
      packet.sackBytes = length
    }
    extension = bytes[at]!
    at += 2 + length
  }
  packet.payloadStart = at
  return true
}

/** Writes the header of a packet without extensions. */
export function writeHeader(bytes: Uint8Array, fields: PacketFields): void {
  bytes[0] = (fields.type << 4) | VERSION
  bytes[1] = 0
  writeU16(bytes, 2, fields.connectionId)
  writeU32(bytes, 4, fields.timestampMicros)
  writeU32(bytes, 8, fields.differenceMicros)
  writeU32(bytes, 12, fields.windowBytes)
  writeU16(bytes, SEQ_AT, fields.seqNr)
  writeU16(bytes, 18, fields.ackNr)
}

/**
 * Announces a selective ACK of `sackBytes` bytes, whose bits begin after HEADER_BYTES + 2 bytes.
 * The caller sets them.
 */
export function announceSack(bytes: Uint8Array, sackBytes: number): void {
  bytes[1] = SACK_EXTENSION
  bytes[HEADER_BYTES] = 0
  bytes[HEADER_BYTES + 1] = sackBytes
}

/**
 * Copies a packet without extensions into `target`, with padding that makes it as long as `target`.
 * The padding is at least two bytes, and peers skip it.
 */
export function padPacket(packet: Uint8Array, target: Uint8Array): void {
  target.set(packet.subarray(0, HEADER_BYTES))
  const payloadStart = target.length - (packet.length - HEADER_BYTES)
  target.set(packet.subarray(HEADER_BYTES), payloadStart)
  target.fill(0, HEADER_BYTES, payloadStart)
  let link = 1
  let at = HEADER_BYTES
  while (at < payloadStart) {
    const left = payloadStart - at
    // An extension cannot consist of one byte.
    const length = Math.min(
      left,
      left === MAX_EXTENSION_BYTES + 1 ? MAX_EXTENSION_BYTES - 1 : MAX_EXTENSION_BYTES,
    )
    target[link] = PADDING_EXTENSION
    target[at + 1] = length - 2
    link = at
    at += length
  }
}

/**
 * Returns how far sequence number `a` is after `b`, -32,768 to 32,767: sequence numbers wrap at
 * 2^16.
 */
export function seqDistance(a: number, b: number): number {
  return ((a - b) << 16) >> 16
}

/** Microseconds of a clock as packets carry them. */
export function microsOf(nowMs: number): number {
  return Math.floor(nowMs * 1000) >>> 0
}
