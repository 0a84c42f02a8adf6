/**
 * Messages of the Port Control Protocol (RFC 6887), version 2. All integers are big-endian. No I/O.
 */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts'
import { formatIp, parseIp, unmapIp } from '../base/ip.ts'
import type { MappedTransport } from './port-mapping.ts'

const VERSION = 2
const OPCODES = { announce: 0, map: 1 } as const
const RESPONSE = 0x80
const HEADER_BYTES = 24
const MAP_BYTES = HEADER_BYTES + 36
/** RFC 6887 section 7: "PCP messages MUST NOT exceed 1100 octets". */
const MAX_BYTES = 1100
/** RFC 6887 section 11.1: the nonce has 96 bits. */
export const NONCE_BYTES = 12
/** IANA protocol numbers. */
const PROTOCOLS: Record<MappedTransport, number> = { tcp: 6, udp: 17 }

/** RFC 6887 section 7.4. */
export const PCP_RESULT = {
  success: 0,
  unsupportedVersion: 1,
  notAuthorized: 2,
  malformedRequest: 3,
  unsupportedOpcode: 4,
  unsupportedOption: 5,
  malformedOption: 6,
  networkFailure: 7,
  noResources: 8,
  unsupportedProtocol: 9,
  userExceededQuota: 10,
  cannotProvideExternal: 11,
  addressMismatch: 12,
  excessiveRemotePeers: 13,
} as const

export interface PcpMap {
  /** 12 bytes. */
  readonly nonce: Uint8Array
  readonly transport: MappedTransport
  readonly internalPort: number
  readonly externalPort: number
  /** An IP literal; the family's unspecified address if none is requested. */
  readonly externalAddress: string
}

export interface PcpAnswer {
  readonly result: number
  readonly lifetimeSeconds: number
  /** Seconds since the server lost its state. */
  readonly epochSeconds: number
  /** Set in answers to MAP. */
  readonly map?: PcpMap
}

/** RFC 6887 section 14.1: checks for a server without changing anything. */
export function encodeAnnounce(clientAddress: string): Uint8Array {
  return header(HEADER_BYTES, OPCODES.announce, 0, clientAddress)
}

/** RFC 6887 section 11.1. A lifetime of 0 removes the mapping. */
export function encodeMap(clientAddress: string, lifetimeSeconds: number, map: PcpMap): Uint8Array {
  const bytes = header(MAP_BYTES, OPCODES.map, lifetimeSeconds, clientAddress)
  bytes.set(map.nonce, 24)
  bytes[36] = PROTOCOLS[map.transport]
  writeU16(bytes, 40, map.internalPort)
  writeU16(bytes, 42, map.externalPort)
  bytes.set(address16(map.externalAddress), 44)
  return bytes
}

/**
 * Decodes a response of a PCP server. `unsupported-version`: the server speaks other versions only,
 * such as NAT-PMP (RFC 6887 section 9). Null: not a response.
 */
export function decodePcp(bytes: Uint8Array): PcpAnswer | 'unsupported-version' | null {
  if (bytes.length < 4 || bytes.length > MAX_BYTES) return null
  if ((bytes[1]! & RESPONSE) === 0) return null
  // RFC 6887 section 9: a NAT-PMP server answers with version 0, and its result code has 16 bits at
  // the same place.
  if (bytes[0] !== VERSION) return bytes[3] === PCP_RESULT.unsupportedVersion ? 'unsupported-version' : null
  // RFC 6887 section 8.3.
  if (bytes.length < HEADER_BYTES || bytes.length % 4 !== 0) return null
  const answer = {
    result: bytes[3]!,
    lifetimeSeconds: readU32(bytes, 4),
    epochSeconds: readU32(bytes, 8),
  }
  if (answer.result === PCP_RESULT.unsupportedVersion) return 'unsupported-version'
  const opcode = bytes[1]! & ~RESPONSE
  if (opcode === OPCODES.announce) return answer
  const map = opcode === OPCODES.map && bytes.length >= MAP_BYTES ? decodeMap(bytes) : null
  return map && { ...answer, map }
}

function decodeMap(bytes: Uint8Array): PcpMap | null {
  const transport = (Object.keys(PROTOCOLS) as MappedTransport[]).find(name => PROTOCOLS[name] === bytes[36])
  if (!transport) return null
  return {
    nonce: bytes.slice(24, 24 + NONCE_BYTES),
    transport,
    internalPort: readU16(bytes, 40),
    externalPort: readU16(bytes, 42),
    externalAddress: formatIp(unmapIp(bytes.slice(44, 60))),
  }
}

function header(length: number, opcode: number, lifetimeSeconds: number, clientAddress: string): Uint8Array {
  const bytes = new Uint8Array(length)
  bytes[0] = VERSION
  bytes[1] = opcode
  writeU32(bytes, 4, lifetimeSeconds)
  bytes.set(address16(clientAddress), 8)
  return bytes
}

/** RFC 6887 section 5: IPv4 addresses are sent as IPv4-mapped IPv6. */
function address16(text: string): Uint8Array {
  const ip = parseIp(text)
  if (!ip) throw new RangeError(`${text} is not an IP address`)
  if (ip.length === 16) return ip
  const mapped = new Uint8Array(16)
  mapped.fill(0xff, 10, 12)
  mapped.set(ip, 12)
  return mapped
}
