/** Messages of SOCKS5 (RFC 1928) and of its user name and password (RFC 1929). No I/O. */
import { concat, fromUtf8, readU16, utf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { formatIp, parseIp } from '../../base/ip.ts'

export const METHOD = { none: 0, password: 2, refused: 0xff } as const
export const COMMAND = { connect: 1, udpAssociate: 3 } as const

const VERSION = 5
const ADDRESS = { ipv4: 1, name: 3, ipv6: 4 } as const
/** RFC 1928, 5: the length of a name is one byte. */
const MAX_NAME_BYTES = 255

/** A host, as IP literal or name, with its port. */
export interface Target {
  readonly host: string
  readonly port: number
}

/** RFC 1928, 3. */
export function encodeGreeting(hasCredentials: boolean): Uint8Array {
  return Uint8Array.from(
    hasCredentials ? [VERSION, 2, METHOD.none, METHOD.password] : [VERSION, 1, METHOD.none],
  )
}

/**
 * RFC 1929, 2. An empty password is sent as such, which servers accept although the RFC asks for a
 * byte.
 */
export function encodeCredentials(user: string, password: string): Uint8Array {
  const [name, secret] = [utf8(user), utf8(password)]
  return concat([Uint8Array.of(1, name.length), name, Uint8Array.of(secret.length), secret])
}

/** RFC 1928, 4. Names are sent as they are, so that only the proxy resolves them. */
export function encodeRequest(command: number, target: Target): Uint8Array {
  return concat([Uint8Array.of(VERSION, command, 0), encodeAddress(target)])
}

/**
 * Reads a reply (RFC 1928, 6) with `read`, which resolves to exactly the requested number of
 * bytes. Rejects with `refusal`, or `bad-message`.
 */
export async function readReply(
  read: (count: number) => Promise<Uint8Array>,
  target: Target,
): Promise<Target> {
  const [version, reply, , type] = (await read(4)) as unknown as [number, number, number, number]
  if (version !== VERSION) throw notSocks()
  if (reply !== 0) throw refusal(reply, target)
  if (type === ADDRESS.name) {
    const [length] = await read(1)
    const bytes = await read(length! + 2)
    return { host: fromUtf8(bytes.subarray(0, -2)), port: readU16(bytes, length!) }
  }
  if (type !== ADDRESS.ipv4 && type !== ADDRESS.ipv6) throw notSocks()
  const bytes = await read(type === ADDRESS.ipv4 ? 6 : 18)
  return { host: formatIp(bytes.subarray(0, -2)), port: readU16(bytes, bytes.length - 2) }
}

/** Wraps a datagram for the relay (RFC 1928, 7). */
export function encodeDatagram(target: Target, payload: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(0, 0, 0), encodeAddress(target), payload])
}

/**
 * Unwraps a datagram from the relay (RFC 1928, 7). Returns null if it is malformed, comes from a
 * name or is a fragment: "an implementation that does not support fragmentation MUST drop any
 * datagram whose FRAG field is other than X'00'".
 */
export function parseDatagram(bytes: Uint8Array): { from: Target; payload: Uint8Array } | null {
  if (bytes.length < 10 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 0) return null
  const length = bytes[3] === ADDRESS.ipv4 ? 4 : bytes[3] === ADDRESS.ipv6 ? 16 : 0
  const end = 4 + length + 2
  if (length === 0 || bytes.length < end) return null
  const port = readU16(bytes, end - 2)
  if (port === 0) return null
  return { from: { host: formatIp(bytes.subarray(4, end - 2)), port }, payload: bytes.subarray(end) }
}

function encodeAddress({ host, port }: Target): Uint8Array {
  const end = Uint8Array.of(port >>> 8, port & 255)
  const ip = parseIp(host)
  if (ip) return concat([Uint8Array.of(ip.length === 4 ? ADDRESS.ipv4 : ADDRESS.ipv6), ip, end])
  const name = utf8(host)
  if (name.length === 0 || name.length > MAX_NAME_BYTES)
    throw new ShoalError('bad-argument', 'the host name is too long for a proxy')
  return concat([Uint8Array.of(ADDRESS.name, name.length), name, end])
}

/** RFC 1928, 6. */
const REFUSALS: Readonly<Record<number, readonly ['refused' | 'unreachable' | 'unsupported', string]>> = {
  1: ['unreachable', 'it failed'],
  2: ['refused', 'its rules do not allow that'],
  3: ['unreachable', 'the network is unreachable'],
  4: ['unreachable', 'the host is unreachable'],
  5: ['refused', 'the host refused the connection'],
  6: ['unreachable', 'the connection took too long'],
  7: ['unsupported', 'it does not support this command'],
  8: ['unsupported', 'it does not support this kind of address'],
}

/** The error for a reply other than success. */
function refusal(reply: number, { host, port }: Target): ShoalError {
  const [code, why] = REFUSALS[reply] ?? ['unreachable', `it answered with error ${reply}`]
  return new ShoalError(code, `the proxy did not connect to ${host} port ${port}: ${why}`)
}

export function notSocks(): ShoalError {
  return new ShoalError('bad-message', 'it does not speak SOCKS5')
}
