/** Encoding and decoding of KRPC messages (BEP 5). No I/O. */
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
  type BencodeInput,
  decode,
  decodeRaw,
  encode,
} from '../../bencode/bencode.ts'
import { compactEndpoint, type Endpoint } from './contact.ts'
import { ID_BYTES } from './node-id.ts'

/** BEP 32: the largest payload that may be sent. */
export const MAX_SENT_BYTES = 1024
/**
 * The largest payload with a value of BEP 44, which alone may take 1,000 bytes. It fits into an
 * Ethernet frame, over IPv6 too.
 */
export const MAX_SENT_WITH_ITEM_BYTES = 1400
/**
 * BEP 32 requires receiving 1,024 bytes and recommends more; no useful message is larger than this.
 */
const MAX_RECEIVED_BYTES = 4096
const MAX_TRANSACTION_BYTES = 32
const MAX_METHOD_BYTES = 32
const MAX_ERROR_TEXT = 200
/** A response of 4,096 bytes holds about 500 peers at most. Extensions may nest. */
const LIMITS = { depth: 16, items: 1024, unsortedKeys: true }
/** Our client ID and version, for people who inspect traffic. */
const CLIENT = Uint8Array.of(0x53, 0x48, 0, 1)

export const KRPC_ERRORS = {
  generic: 201,
  server: 202,
  protocol: 203,
  unknownMethod: 204,
  // BEP 44, "Errors".
  valueTooBig: 205,
  badSignature: 206,
  saltTooBig: 207,
  casMismatch: 301,
  oldSequence: 302,
} as const

/**
 * Whether a datagram may be a KRPC message: a bencoded dictionary. Datagrams of uTP (BEP 29) and
 * UDP trackers (BEP 15) begin otherwise.
 */
export function isDhtDatagram(bytes: Uint8Array): boolean {
  return bytes[0] === 0x64
}

/** Common to all messages. Byte strings are views into the datagram. */
interface Envelope {
  /** Chosen by the sender of the query, 1 to 32 bytes. */
  readonly transaction: Uint8Array
}

/**
 * Returns an argument or value of the message as it was encoded, a view into the datagram. BEP 44
 * hashes and signs these bytes.
 */
type RawValues = (key: string) => Uint8Array | undefined

export interface KrpcQuery extends Envelope {
  readonly kind: 'query'
  readonly method: string
  /** Node ID of the sender: 20 bytes. */
  readonly id: Uint8Array
  readonly args: BencodeDictionary
  readonly raw: RawValues
  /** The sender does not answer queries (BEP 43). */
  readonly readOnly: boolean
}

export interface KrpcResponse extends Envelope {
  readonly kind: 'response'
  readonly id: Uint8Array
  readonly values: BencodeDictionary
  readonly raw: RawValues
  /** Our address as the sender sees it, 4 or 16 bytes, without the port (BEP 42). */
  readonly seenIp: Uint8Array | undefined
}

export interface KrpcFailure extends Envelope {
  readonly kind: 'error'
  readonly code: number
  readonly message: string
  readonly seenIp: Uint8Array | undefined
}

export type KrpcMessage = KrpcQuery | KrpcResponse | KrpcFailure

/** A datagram that is not a valid message. */
export interface KrpcRefusal {
  readonly kind: 'refused'
  /** Set if it is recognizable as a query, which is answered with error 203. */
  readonly transaction: Uint8Array | undefined
  readonly why: string
}

/** Parses one datagram. Never throws. */
export function parseMessage(bytes: Uint8Array): KrpcMessage | KrpcRefusal {
  if (bytes.length > MAX_RECEIVED_BYTES) return refused('too long')
  try {
    const dictionary = asDictionary(decode(bytes, LIMITS))
    if (!dictionary) return refused('not a dictionary')
    const transaction = asBytes(dictionary.get('t'))
    if (!transaction || transaction.length === 0 || transaction.length > MAX_TRANSACTION_BYTES) {
      return refused('no transaction ID of 1 to 32 bytes')
    }
    switch (asText(dictionary.get('y'))) {
      case 'q':
        return parseQuery(transaction, dictionary, rawValues(bytes, 'a'))
      case 'r':
        return parseResponse(transaction, dictionary, rawValues(bytes, 'r'))
      case 'e':
        return parseFailure(transaction, dictionary)
      default:
        return refused('neither query, response nor error')
    }
  } catch {
    return refused('not bencoded')
  }
}

/** Encodes a query (BEP 5). `args`: without the node ID. */
export function encodeQuery(
  transaction: Uint8Array,
  method: string,
  id: Uint8Array,
  args: Readonly<Record<string, BencodeInput | undefined>>,
  readOnly: boolean,
): Uint8Array {
  // BEP 43: the key is present only if set.
  const ro = readOnly ? 1 : undefined
  return encode({ t: transaction, y: 'q', q: method, a: { ...args, id }, ro, v: CLIENT })
}

/**
 * Encodes a response to `to`, which contains that node's own address (BEP 42). `values`: without
 * the node ID.
 */
export function encodeResponse(
  transaction: Uint8Array,
  id: Uint8Array,
  values: Readonly<Record<string, BencodeInput | undefined>>,
  to: Endpoint,
): Uint8Array {
  return encode({ t: transaction, y: 'r', r: { ...values, id }, ip: compactEndpoint(to), v: CLIENT })
}

/** Encodes an error (BEP 5, "Errors"). */
export function encodeFailure(
  transaction: Uint8Array,
  code: number,
  message: string,
  to: Endpoint,
): Uint8Array {
  return encode({ t: transaction, y: 'e', e: [code, message], ip: compactEndpoint(to), v: CLIENT })
}

/** Returns the value of a key if it has 20 bytes. */
export function idIn(values: BencodeDictionary, key: string): Uint8Array | undefined {
  const bytes = asBytes(values.get(key))
  return bytes?.length === ID_BYTES ? bytes : undefined
}

/** Parses the datagram once more when called, since few messages have such values. */
function rawValues(bytes: Uint8Array, outer: string): RawValues {
  return key => {
    const dictionary = decodeRaw(bytes, LIMITS).raw(outer)
    return dictionary && decodeRaw(dictionary, LIMITS).raw(key)
  }
}

function parseQuery(
  transaction: Uint8Array,
  dictionary: BencodeDictionary,
  raw: RawValues,
): KrpcQuery | KrpcRefusal {
  const args = asDictionary(dictionary.get('a'))
  const method = asBytes(dictionary.get('q'))
  if (!method || method.length === 0 || method.length > MAX_METHOD_BYTES) {
    return refused('no method of 1 to 32 bytes', transaction)
  }
  const id = args && idIn(args, 'id')
  if (!args || !id) return refused('no node ID of 20 bytes', transaction)
  const readOnly = asInteger(dictionary.get('ro')) === 1
  const name = asText(method)!
  return { kind: 'query', transaction, method: name, id, args, raw, readOnly }
}

function parseResponse(
  transaction: Uint8Array,
  dictionary: BencodeDictionary,
  raw: RawValues,
): KrpcResponse | KrpcRefusal {
  const values = asDictionary(dictionary.get('r'))
  const id = values && idIn(values, 'id')
  if (!values || !id) return refused('no node ID of 20 bytes')
  return { kind: 'response', transaction, id, values, raw, seenIp: parseSeenIp(dictionary) }
}

function parseFailure(transaction: Uint8Array, dictionary: BencodeDictionary): KrpcFailure {
  const list = asList(dictionary.get('e')) ?? []
  const code = asInteger(list[0]) ?? KRPC_ERRORS.generic
  const message = (asText(list[1]) ?? '').slice(0, MAX_ERROR_TEXT)
  return { kind: 'error', transaction, code, message, seenIp: parseSeenIp(dictionary) }
}

function parseSeenIp(dictionary: BencodeDictionary): Uint8Array | undefined {
  const bytes = asBytes(dictionary.get('ip'))
  return bytes?.length === 6 || bytes?.length === 18 ? bytes.slice(0, -2) : undefined
}

function refused(why: string, transaction?: Uint8Array): KrpcRefusal {
  return { kind: 'refused', transaction, why }
}
