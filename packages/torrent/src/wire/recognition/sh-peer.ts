import { fromUtf8 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { asBytes, asDictionary, asInteger, type BencodeValue, decode, encode } from '../../bencode/bencode.ts'

/**
 * `sh_peer`, the extension (BEP 10) by which two Shoal peers recognize each other: its messages,
 * dictionaries with a `msg_type`. Types 0, 2, 3 and 4 are sent unsealed; 1 and 5 only sealed inside
 * 4. Decision 011 describes the exchange.
 */
export type ShPeerMessage =
  /**
   * The side that accepted the connection begins: an ephemeral key (32 bytes) and the version of
   * the protocol.
   */
  | { readonly type: 'greeting'; readonly version: number; readonly key: Uint8Array }
  /**
   * The side that opened the connection proves its network key first: an ephemeral key and a sealed
   * proof.
   */
  | { readonly type: 'opener-proof'; readonly key: Uint8Array; readonly box: Uint8Array }
  | { readonly type: 'acceptor-proof'; readonly box: Uint8Array }
  /** A message in the channel that the exchange established. */
  | { readonly type: 'sealed'; readonly box: Uint8Array }
  /** A future type. */
  | { readonly type: 'unknown' }

/** The content of a sealed message. */
export type SealedMessage =
  | ({ readonly type: 'about' } & AboutPeer)
  | { readonly type: 'receipt'; readonly receipt: Uint8Array }
  | { readonly type: 'unknown' }

/** Claims of a peer about itself, beyond the key that it proved. */
export interface AboutPeer {
  /** The key of its receipts for us (32 bytes). */
  readonly pseudonym: Uint8Array
  /** Its reputation in thousandths, as it claims: received and ignored. */
  readonly reputation?: number
  /** Its `did:key`, with the signed certificate that links it to the network key. Unchecked. */
  readonly did?: string
  readonly certificate?: Uint8Array
  /** Its payment address. Unchecked. */
  readonly wallet?: string
}

export const SH_PEER_VERSION = 1
/** The longest payload of a message. */
export const MAX_SH_PEER_BYTES = 2048
const SH_PEER_KEY_BYTES = 32
/** A key, a signature and a tag. */
const PROOF_BOX_BYTES = 32 + 64 + 16
const MAX_TEXT_BYTES = 256
const MAX_CERTIFICATE_BYTES = 1024
const LIMITS = { depth: 2, items: 40 }

/** `msg_type`; 1 is the message of the seeds of this project, with their field names. */
const GREETING = 0
const ABOUT = 1
const OPENER_PROOF = 2
const ACCEPTOR_PROOF = 3
const SEALED = 4
const RECEIPT = 5

export function encodeGreeting(key: Uint8Array): Uint8Array {
  return encode({ msg_type: GREETING, v: SH_PEER_VERSION, key })
}

export function encodeOpenerProof(key: Uint8Array, box: Uint8Array): Uint8Array {
  return encode({ msg_type: OPENER_PROOF, key, box })
}

export function encodeAcceptorProof(box: Uint8Array): Uint8Array {
  return encode({ msg_type: ACCEPTOR_PROOF, box })
}

export function encodeSealed(box: Uint8Array): Uint8Array {
  return encode({ msg_type: SEALED, box })
}

/** `peerId`: the network key that the sender proved. */
export function encodeAbout(peerId: Uint8Array, about: AboutPeer): Uint8Array {
  const { pseudonym, reputation, did, certificate, wallet } = about
  return encode({
    msg_type: ABOUT,
    certificate,
    did,
    peer_id: peerId,
    pseudonym,
    reputation_score: reputation,
    wallet_address: wallet,
  })
}

export function encodeReceiptMessage(receipt: Uint8Array): Uint8Array {
  return encode({ msg_type: RECEIPT, receipt })
}

/**
 * Parses a payload. Throws `bad-message` if it is too long, malformed, or lacks a field of its
 * type.
 */
export function parseShPeer(payload: Uint8Array): ShPeerMessage {
  const fields = readFields(payload)
  const bytes = (name: string, length?: number) => readBytes(fields, name, length)
  switch (asInteger(fields.get('msg_type'))) {
    case GREETING:
      return { type: 'greeting', version: readVersion(fields), key: bytes('key', SH_PEER_KEY_BYTES) }
    case OPENER_PROOF:
      return {
        type: 'opener-proof',
        key: bytes('key', SH_PEER_KEY_BYTES),
        box: bytes('box', PROOF_BOX_BYTES),
      }
    case ACCEPTOR_PROOF:
      return { type: 'acceptor-proof', box: bytes('box', PROOF_BOX_BYTES) }
    case SEALED:
      return { type: 'sealed', box: bytes('box') }
    case undefined:
      throw malformed('has no type')
    default:
      return { type: 'unknown' }
  }
}

/**
 * Parses the content of a sealed message. `peerId`: the key that its sender proved, which it must
 * repeat. Throws `bad-message`.
 */
export function parseSealed(content: Uint8Array, peerId: Uint8Array): SealedMessage {
  const fields = readFields(content)
  const type = asInteger(fields.get('msg_type'))
  if (type === RECEIPT) return { type: 'receipt', receipt: readBytes(fields, 'receipt') }
  if (type !== ABOUT) return { type: 'unknown' }
  const claimed = readBytes(fields, 'peer_id', SH_PEER_KEY_BYTES)
  if (claimed.some((byte, at) => byte !== peerId[at])) throw malformed('names another peer')
  const reputation = asInteger(fields.get('reputation_score'))
  const did = readText(fields.get('did'))
  const certificate = asBytes(fields.get('certificate'))
  const wallet = readText(fields.get('wallet_address'))
  return {
    type: 'about',
    pseudonym: readBytes(fields, 'pseudonym', SH_PEER_KEY_BYTES),
    ...(reputation !== undefined && { reputation }),
    ...(did !== undefined && { did }),
    ...(certificate && certificate.length <= MAX_CERTIFICATE_BYTES && { certificate: certificate.slice() }),
    ...(wallet !== undefined && { wallet }),
  }
}

function readFields(payload: Uint8Array): ReadonlyMap<string, BencodeValue> {
  if (payload.length > MAX_SH_PEER_BYTES) throw malformed('is too long')
  try {
    const fields = asDictionary(decode(payload, LIMITS))
    if (fields) return fields
  } catch {
    // It is not bencoded.
  }
  throw malformed('is not a dictionary')
}

function readBytes(fields: ReadonlyMap<string, BencodeValue>, name: string, length?: number): Uint8Array {
  const bytes = asBytes(fields.get(name))
  if (!bytes || (length !== undefined && bytes.length !== length)) throw malformed(`has no valid ${name}`)
  return bytes.slice()
}

function readVersion(fields: ReadonlyMap<string, BencodeValue>): number {
  const version = asInteger(fields.get('v'))
  if (version === undefined) throw malformed('has no version')
  return version
}

/** A printable text without spaces; other and longer texts are ignored. */
function readText(value: BencodeValue | undefined): string | undefined {
  const bytes = asBytes(value)
  if (!bytes || bytes.length > MAX_TEXT_BYTES) return undefined
  const text = fromUtf8(bytes)
  return /^[\x21-\x7e]+$/.test(text) ? text : undefined
}

function malformed(why: string): ShoalError {
  return new ShoalError('bad-message', `An sh_peer message ${why}: disconnect the peer`)
}
