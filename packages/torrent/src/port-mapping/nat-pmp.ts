/** Messages of the NAT Port Mapping Protocol (RFC 6886). All integers are big-endian. No I/O. */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts'
import { formatIp } from '../base/ip.ts'
import type { MappedTransport } from './port-mapping.ts'

const VERSION = 0
const RESPONSE = 128
/** RFC 6886 section 3.3. */
const OPCODES: Record<MappedTransport, number> = { udp: 1, tcp: 2 }

/** RFC 6886 section 3.5. */
export const NAT_PMP_RESULT = {
  success: 0,
  unsupportedVersion: 1,
  refused: 2,
  networkFailure: 3,
  outOfResources: 4,
  unsupportedOpcode: 5,
} as const

export interface NatPmpAnswer {
  readonly result: number
  /** Seconds since the router lost its state. */
  readonly epochSeconds: number
  /** In answers to `encodeAddressRequest` without an error. */
  readonly externalAddress?: string
  /** In answers to `encodeMapRequest`. */
  readonly map?: NatPmpMap
}

export interface NatPmpMap {
  readonly transport: MappedTransport
  readonly internalPort: number
  readonly externalPort: number
  readonly lifetimeSeconds: number
}

/** RFC 6886 section 3.2. */
export function encodeAddressRequest(): Uint8Array {
  return new Uint8Array(2)
}

/** RFC 6886 section 3.3. A lifetime and an external port of 0 remove the mapping (section 3.4). */
export function encodeMapRequest(map: NatPmpMap): Uint8Array {
  const bytes = new Uint8Array(12)
  bytes[1] = OPCODES[map.transport]
  writeU16(bytes, 4, map.internalPort)
  writeU16(bytes, 6, map.externalPort)
  writeU32(bytes, 8, map.lifetimeSeconds)
  return bytes
}

/** Decodes a response. Returns null for anything else. */
export function decodeNatPmp(bytes: Uint8Array): NatPmpAnswer | null {
  if (bytes.length < 8 || bytes[0] !== VERSION) return null
  const opcode = bytes[1]! - RESPONSE
  const answer = { result: readU16(bytes, 2), epochSeconds: readU32(bytes, 4) }
  if (opcode === 0) {
    if (answer.result !== NAT_PMP_RESULT.success) return answer
    return bytes.length < 12 ? null : { ...answer, externalAddress: formatIp(bytes.slice(8, 12)) }
  }
  const transport = (Object.keys(OPCODES) as MappedTransport[]).find(name => OPCODES[name] === opcode)
  if (!transport || bytes.length < 16) return null
  return {
    ...answer,
    map: {
      transport,
      internalPort: readU16(bytes, 8),
      externalPort: readU16(bytes, 10),
      lifetimeSeconds: readU32(bytes, 12),
    },
  }
}
