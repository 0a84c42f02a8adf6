/**
 * Messages: the plaintext that members write. Deterministic CBOR, `[1, [parents], log head or null,
 * time, kind, content, franking key]`, called the *body*, and the signature of the device that
 * wrote it.
 *
 * Message franking: the entry has a commitment to the body, HMAC-SHA-256 with a random key that the
 * body contains. A reader can show body and signature to a moderator, who verifies that exactly
 * this was sent in that entry by that device, and learns nothing about other messages. Readers
 * refuse messages that could not be shown in this way.
 */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { decodeCbor, encodeCbor, isBytes, type Signer } from '@shoal/identity/signed-cbor'
import { equalBytes } from '@shoal/torrent/base'
import { verifyEd25519 } from '@shoal/torrent/ed25519'
import { ChatError } from '../chat-error.ts'
import { bindingOf, type EntryName } from '../envelope/envelope.ts'
import { pad, unpad } from '../envelope/padding.ts'

/** Most parents of a message. */
const MAX_PARENTS = 16
/** Largest content, in bytes: with its framing, an entry has less than 64 KiB. */
export const MAX_CONTENT_BYTES = 48 * 1024
const VERSION = 1
const CLIENT_ID_BYTES = 16
const HASH_BYTES = 32
const KEY_BYTES = 32
const MAX_KIND_LENGTH = 64
/** The last time that programs can show as a date (ECMAScript, `Date`). */
const MAX_TIME_MS = 8.64e15
const PURPOSE = new TextEncoder().encode('shoal/message/1')

export interface Message {
  /**
   * Client ids of the newest messages that the sender had seen: the order where no hub provides
   * one.
   */
  readonly parents: readonly Uint8Array[]
  /**
   * The newest entry of the hub's log that the sender had seen, so that members notice when a hub
   * shows them different logs.
   */
  readonly logHead: { readonly sequence: number; readonly hash: Uint8Array } | null
  /** The sender's clock. Milliseconds since the Unix epoch. */
  readonly sentMs: number
  /** `text`, `reaction`, … Unknown kinds are stored and forwarded. At most 64 characters. */
  readonly kind: string
  /** Deterministic CBOR; its form depends on `kind`. */
  readonly content: Uint8Array
}

export interface WrittenMessage {
  /** To be encrypted. Padded. */
  readonly plaintext: Uint8Array
  /** For the envelope. 32 bytes. */
  readonly commitment: Uint8Array
  /** See `Report`. */
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

export interface ReadMessage extends Message {
  /** See `Report`. */
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

/**
 * Encodes a message for the entry with this name. `randomBytes`: of the device. Throws
 * `bad-argument` outside the limits.
 */
export function writeMessage(
  entry: EntryName,
  message: Message,
  signer: Signer,
  randomBytes: (length: number) => Uint8Array,
): WrittenMessage {
  const { parents, logHead, sentMs, kind, content } = message
  const frankingKey = randomBytes(KEY_BYTES)
  const head = logHead && [logHead.sequence, logHead.hash]
  const body = encodeCbor([VERSION, parents, head, sentMs, kind, content, frankingKey])
  try {
    readBody(body)
  } catch (cause) {
    throw new ChatError(
      'bad-argument',
      `A message has at most ${MAX_CONTENT_BYTES} bytes and ${MAX_PARENTS} parents`,
      { cause },
    )
  }
  const commitment = hmac(sha256, frankingKey, body)
  const signature = signer.sign(toBeSigned(entry, commitment))
  return { plaintext: plaintextOf({ body, signature }), commitment, body, signature }
}

/** Returns the plaintext of a message that was written before. */
export function plaintextOf({ body, signature }: Pick<ReadMessage, 'body' | 'signature'>): Uint8Array {
  return pad(encodeCbor([body, signature]))
}

/**
 * Decodes a decrypted message. `messageKey`: of the sending device, according to the group or the
 * credential. Throws `bad-message` if the device did not sign it for this entry, or if it could not
 * be reported.
 */
export function readMessage(
  entry: EntryName,
  plaintext: Uint8Array,
  commitment: Uint8Array,
  messageKey: Uint8Array,
): ReadMessage {
  const value = decodeCbor(unpad(plaintext))
  if (!Array.isArray(value) || value.length !== 2) throw bad('its form is unknown')
  const [body, signature] = value
  if (!(body instanceof Uint8Array) || !(signature instanceof Uint8Array)) throw bad('its form is unknown')
  const { frankingKey, ...message } = readBody(body)
  if (!equalBytes(hmac(sha256, frankingKey, body), commitment))
    throw bad('the entry commits to something else')
  if (!verifyEd25519(messageKey, toBeSigned(entry, commitment), signature))
    throw bad('the device that sent it did not sign it for this entry')
  return { ...message, body, signature }
}

/**
 * Evidence that one message was sent: `entry`, `body` and `signature` of a message, and the
 * commitment of the entry in the log.
 */
export interface Report {
  readonly entry: EntryName
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

/**
 * Returns the reported message. `commitment`: from the log, not from the reporter. Throws
 * `bad-message` if the device did not send this in that entry.
 */
export function verifyReport(
  { entry, body, signature }: Report,
  commitment: Uint8Array,
  messageKey: Uint8Array,
): Message {
  const {
    body: _,
    signature: __,
    ...message
  } = readMessage(entry, plaintextOf({ body, signature }), commitment, messageKey)
  return message
}

/** Returns the commitment of an entry with this body. Throws `bad-message`. */
export function commitmentOfBody(body: Uint8Array): Uint8Array {
  return hmac(sha256, readBody(body).frankingKey, body)
}

/** Decodes the body of a message that `readMessage` has verified before. Throws `bad-message`. */
export function readBody(body: Uint8Array): Message & { readonly frankingKey: Uint8Array } {
  const value = decodeCbor(body)
  if (!Array.isArray(value) || value.length !== 7) throw bad('its form is unknown')
  const [version, parents, head, sentMs, kind, content, frankingKey] = value
  if (version !== VERSION) throw bad('a newer program wrote it')
  if (!Array.isArray(parents) || parents.length > MAX_PARENTS) throw bad('its parents are invalid')
  if (!parents.every(parent => isBytes(parent, CLIENT_ID_BYTES))) throw bad('its parents are invalid')
  if (!Number.isSafeInteger(sentMs) || sentMs < 0 || sentMs > MAX_TIME_MS) throw bad('its time is invalid')
  if (typeof kind !== 'string' || kind.length === 0 || kind.length > MAX_KIND_LENGTH)
    throw bad('its kind is invalid')
  if (!(content instanceof Uint8Array) || content.length > MAX_CONTENT_BYTES) throw bad('it is too long')
  if (!isBytes(frankingKey, KEY_BYTES)) throw bad('it could not be reported')
  return { parents, logHead: readHead(head), sentMs, kind, content, frankingKey }
}

function readHead(value: unknown): Message['logHead'] {
  if (value === null) return null
  const [sequence, hash] = Array.isArray(value) && value.length === 2 ? value : []
  if (!Number.isSafeInteger(sequence) || sequence < 0 || !isBytes(hash, HASH_BYTES))
    throw bad('its place in the log is invalid')
  return { sequence, hash }
}

/**
 * Not the body: a moderator verifies the commitment, and outsiders learn nothing from a signature.
 */
function toBeSigned(entry: EntryName, commitment: Uint8Array): Uint8Array {
  return encodeCbor([PURPOSE, bindingOf(entry, { kind: 'message', commitment })])
}

function bad(why: string): ChatError {
  return new ChatError('bad-message', `This message cannot be read: ${why}.`)
}
