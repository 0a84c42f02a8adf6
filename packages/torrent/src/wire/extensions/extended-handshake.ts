import { OUR_EXTENSION_IDS } from '#extension-ids'
import { fromUtf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { formatIp, parseIp, unmapIp } from '../../base/ip.ts'
import { asBytes, asDictionary, asInteger, type BencodeValue, decode, encode } from '../../bencode/bencode.ts'

/** The extensions that this engine supports, by their names in the `m` dictionary. */
export type ExtensionName = keyof typeof OUR_EXTENSION_IDS
const EXTENSION_NAMES = Object.keys(OUR_EXTENSION_IDS) as ExtensionName[]

/** Message IDs of extensions, by name; 0 disables an extension (BEP 10). */
export type ExtensionIds = { readonly [Name in ExtensionName]?: number }

/**
 * The extended handshake (BEP 10): message 20 with ID 0. All fields are optional claims of the
 * sender, checked for range only.
 */
export interface ExtendedHandshake {
  /**
   * Message IDs that the sender expects. Additive: a later handshake changes only the names it
   * contains.
   */
  readonly extensions: ExtensionIds
  /** Name and version of the client: at most 64 characters, without control characters. */
  readonly client?: string
  /** Port on which the sender accepts connections (`p`). */
  readonly port?: number
  /** Number of requests the sender queues before it drops some: 1 to 65,536 (`reqq`). */
  readonly requestQueue?: number
  /** The receiver's address as the sender sees it. */
  readonly yourIp?: string
  /** Other addresses of the sender. */
  readonly ipv4?: string
  readonly ipv6?: string
  /** Size of the info dictionary in bytes (BEP 9): 1 to 64 MiB. */
  readonly metadataSize?: number
  /** The sender downloads nothing more, complete or not (BEP 21). */
  readonly uploadOnly?: boolean
  /** The sender prefers encrypted connections (`e`, BEP 11). */
  readonly prefersEncryption?: boolean
  /**
   * Seconds since the sender completed the torrent; absent until then (`complete_ago`, libtorrent).
   */
  readonly completeAgoSeconds?: number
}

/**
 * Larger than the info dictionary of any real torrent. Bounds the memory that a peer's claim can
 * make a magnet link use.
 */
export const MAX_METADATA_BYTES = 64 << 20

const MAX_CLIENT_CHARACTERS = 64
const MAX_REQUEST_QUEUE = 65536
const LIMITS = { depth: 8, items: 1000, unsortedKeys: true }

/**
 * Encodes the payload of an extended handshake. Throws `bad-argument` for an invalid IP address.
 */
export function encodeExtendedHandshake(handshake: ExtendedHandshake): Uint8Array {
  return encode({
    m: handshake.extensions,
    complete_ago: handshake.completeAgoSeconds,
    e: flag(handshake.prefersEncryption),
    ipv4: ipBytes(handshake.ipv4),
    ipv6: ipBytes(handshake.ipv6),
    metadata_size: handshake.metadataSize,
    p: handshake.port,
    reqq: handshake.requestQueue,
    upload_only: flag(handshake.uploadOnly),
    v: handshake.client,
    yourip: ipBytes(handshake.yourIp),
  })
}

/**
 * Parses the payload of an extended handshake. Fields of the wrong type or out of range are left
 * out, since clients differ, and so are unknown extensions. Throws `bad-message` if the payload is
 * not a dictionary.
 */
export function parseExtendedHandshake(payload: Uint8Array): ExtendedHandshake {
  const fields = asDictionary(decodeOrNull(payload) ?? undefined)
  if (!fields)
    throw new ShoalError('bad-message', 'The extended handshake is not a dictionary: disconnect the peer')
  const result: { -readonly [Key in keyof ExtendedHandshake]: ExtendedHandshake[Key] } = {
    extensions: readExtensions(fields.get('m')),
  }
  const put = <Key extends keyof ExtendedHandshake>(key: Key, value: ExtendedHandshake[Key] | undefined) => {
    if (value !== undefined) result[key] = value
  }
  put('client', readClient(asBytes(fields.get('v'))))
  put('port', integerIn(fields.get('p'), 1, 65535))
  put('requestQueue', readRequestQueue(fields.get('reqq')))
  put('yourIp', readIp(fields.get('yourip'), 4, 16))
  put('ipv4', readIp(fields.get('ipv4'), 4))
  put('ipv6', readIp(fields.get('ipv6'), 16))
  put('metadataSize', integerIn(fields.get('metadata_size'), 1, MAX_METADATA_BYTES))
  put('uploadOnly', readFlag(fields.get('upload_only')))
  put('prefersEncryption', readFlag(fields.get('e')))
  put('completeAgoSeconds', integerIn(fields.get('complete_ago'), 0, Number.MAX_SAFE_INTEGER))
  return result
}

/**
 * Returns the message IDs in force after a further handshake. BEP 10: `m` names only what changes,
 * and 0 disables an extension.
 */
export function mergeExtensions(before: ExtensionIds, change: ExtensionIds): ExtensionIds {
  const merged: { [Name in ExtensionName]?: number } = { ...before, ...change }
  for (const name of EXTENSION_NAMES) if (merged[name] === 0) delete merged[name]
  return merged
}

function decodeOrNull(payload: Uint8Array): BencodeValue | null {
  try {
    return decode(payload, LIMITS)
  } catch {
    return null
  }
}

function readExtensions(value: BencodeValue | undefined): ExtensionIds {
  const numbers = asDictionary(value)
  const extensions: { [Name in ExtensionName]?: number } = {}
  for (const name of EXTENSION_NAMES) {
    const id = integerIn(numbers?.get(name), 0, 255)
    if (id !== undefined) extensions[name] = id
  }
  return extensions
}

function readClient(bytes: Uint8Array | undefined): string | undefined {
  // A character has at most four bytes: do not decode a huge text only to cut it.
  const text = bytes && fromUtf8(bytes.subarray(0, 4 * MAX_CLIENT_CHARACTERS))
  const clean = text?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu, '').trim()
  return clean ? [...clean].slice(0, MAX_CLIENT_CHARACTERS).join('') : undefined
}

function readRequestQueue(value: BencodeValue | undefined): number | undefined {
  const count = integerIn(value, 1, Number.MAX_SAFE_INTEGER)
  return count && Math.min(count, MAX_REQUEST_QUEUE)
}

function readIp(value: BencodeValue | undefined, ...lengths: number[]): string | undefined {
  const bytes = asBytes(value)
  return bytes && lengths.includes(bytes.length) ? formatIp(unmapIp(bytes)) : undefined
}

function readFlag(value: BencodeValue | undefined): boolean | undefined {
  const number = asInteger(value)
  return number === undefined ? undefined : number !== 0
}

function integerIn(value: BencodeValue | undefined, least: number, most: number): number | undefined {
  const number = asInteger(value)
  return number !== undefined && number >= least && number <= most ? number : undefined
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value)
}

function ipBytes(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined
  const bytes = parseIp(text)
  if (!bytes) throw new ShoalError('bad-argument', `${text} is not an IP address`)
  return bytes
}
