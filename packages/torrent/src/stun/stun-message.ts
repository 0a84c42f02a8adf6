/** Binding requests and responses of STUN (RFC 8489). All integers are big-endian. No I/O. */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts'
import { crc32 } from '../base/crc32.ts'
import { parseIp, unmapIp } from '../base/ip.ts'

const HEADER_BYTES = 20
/**
 * Maximum size of a request that is read. RFC 8489 section 6.1: without knowledge of the path,
 * packets of IPv4 should not exceed 576 bytes.
 */
export const MAX_STUN_BYTES = 548
const MAGIC_COOKIE = 0x2112_a442
const BINDING_REQUEST = 0x0001
const BINDING_SUCCESS = 0x0101
const BINDING_ERROR = 0x0111
/** Attributes from this number on may be ignored (RFC 8489 section 14). */
const FIRST_OPTIONAL = 0x8000
const XOR_MAPPED_ADDRESS = 0x0020
const ERROR_CODE = 0x0009
const UNKNOWN_ATTRIBUTES = 0x000a
const FINGERPRINT = 0x8028
/**
 * USERNAME, MESSAGE-INTEGRITY and MESSAGE-INTEGRITY-SHA256. A server without credentials ignores
 * them.
 */
const CREDENTIALS: readonly number[] = [0x0006, 0x0008, 0x001c]
const FINGERPRINT_BYTES = 8
const FINGERPRINT_XOR = 0x5354_554e
/**
 * Maximum number of unknown attributes listed in a response, which keeps it about as long as the
 * request.
 */
const MAX_NAMED = 8

export interface StunRequest {
  /** 12 bytes. */
  readonly transactionId: Uint8Array
  /** Attributes that the request requires and this server does not know, each once. */
  readonly unknown: readonly number[]
  /** Whether the request has a valid FINGERPRINT, so that the response needs one. */
  readonly hasFingerprint: boolean
}

/** Whether a datagram starts like a Binding request. No uTP or DHT datagram does. */
export function isStunRequest(bytes: Uint8Array): boolean {
  return (
    bytes.length >= HEADER_BYTES &&
    readU16(bytes, 0) === BINDING_REQUEST &&
    readU32(bytes, 4) === MAGIC_COOKIE
  )
}

/**
 * Parses a Binding request; null if it is anything else, too long, or malformed, or if its
 * FINGERPRINT is wrong.
 */
export function parseStunRequest(bytes: Uint8Array): StunRequest | null {
  if (!isStunRequest(bytes) || bytes.length > MAX_STUN_BYTES) return null
  if (bytes.length % 4 !== 0 || readU16(bytes, 2) !== bytes.length - HEADER_BYTES) return null
  const unknown = new Set<number>()
  let hasFingerprint = false
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const [type, length] = [readU16(bytes, at), readU16(bytes, at + 2)]
    const end = at + 4 + ((length + 3) & ~3)
    // RFC 8489 section 14.7: FINGERPRINT is the last attribute.
    if (end > bytes.length || hasFingerprint) return null
    if (type === FINGERPRINT) {
      if (length !== 4 || readU32(bytes, at + 4) !== fingerprintOf(bytes.subarray(0, at))) return null
      hasFingerprint = true
    } else if (type < FIRST_OPTIONAL && !CREDENTIALS.includes(type)) unknown.add(type)
    at = end
  }
  return { transactionId: bytes.slice(8, HEADER_BYTES), unknown: [...unknown], hasFingerprint }
}

/**
 * Encodes the response to a request from this IP literal and port: the address, or an error that
 * lists the unknown attributes.
 */
export function encodeStunResponse(request: StunRequest, host: string, port: number): Uint8Array | null {
  const parsed = parseIp(host.replace(/%.*$/, ''))
  if (!parsed) return null
  const { transactionId, unknown, hasFingerprint } = request
  const attributes =
    unknown.length > 0 ? unknownAttributes(unknown) : mappedAddress(unmapIp(parsed), port, transactionId)
  const bytes = new Uint8Array(HEADER_BYTES + attributes.length + (hasFingerprint ? FINGERPRINT_BYTES : 0))
  writeU16(bytes, 0, unknown.length > 0 ? BINDING_ERROR : BINDING_SUCCESS)
  writeU16(bytes, 2, bytes.length - HEADER_BYTES)
  writeU32(bytes, 4, MAGIC_COOKIE)
  bytes.set(transactionId, 8)
  bytes.set(attributes, HEADER_BYTES)
  if (hasFingerprint) {
    const at = bytes.length - FINGERPRINT_BYTES
    writeU16(bytes, at, FINGERPRINT)
    writeU16(bytes, at + 2, 4)
    writeU32(bytes, at + 4, fingerprintOf(bytes.subarray(0, at)))
  }
  return bytes
}

/** RFC 8489 section 14.2. */
function mappedAddress(ip: Uint8Array, port: number, transactionId: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + ip.length)
  writeU16(bytes, 0, XOR_MAPPED_ADDRESS)
  writeU16(bytes, 2, 4 + ip.length)
  bytes[5] = ip.length === 4 ? 1 : 2
  writeU16(bytes, 6, port ^ (MAGIC_COOKIE >>> 16))
  const key = new Uint8Array(16)
  writeU32(key, 0, MAGIC_COOKIE)
  key.set(transactionId, 4)
  for (const [at, byte] of ip.entries()) bytes[8 + at] = byte ^ key[at]!
  return bytes
}

/** RFC 8489 sections 14.8 and 14.13: error 420, without a text, which no machine reads. */
function unknownAttributes(unknown: readonly number[]): Uint8Array {
  const named = unknown.slice(0, MAX_NAMED)
  const listBytes = 2 * named.length
  const bytes = new Uint8Array(12 + ((listBytes + 3) & ~3))
  writeU16(bytes, 0, ERROR_CODE)
  writeU16(bytes, 2, 4)
  bytes.set([4, 20], 6)
  writeU16(bytes, 8, UNKNOWN_ATTRIBUTES)
  writeU16(bytes, 10, listBytes)
  for (const [at, type] of named.entries()) writeU16(bytes, 12 + 2 * at, type)
  return bytes
}

/**
 * The CRC-32 of everything before the attribute; the length in the header already includes it (RFC
 * 8489 section 14.7).
 */
function fingerprintOf(before: Uint8Array): number {
  return (crc32(before) ^ FINGERPRINT_XOR) >>> 0
}
