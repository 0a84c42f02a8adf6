/**
 * The envelope is all that a hub sees of an entry, besides room, client id and time. Deterministic
 * CBOR: `[1, kind, commitment or null, ciphertext]`.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { ChatError } from '../chat-error.ts'

/**
 * `message`: content. `handshake`: a change of a closed group, to be read in order before the
 * messages after it. `welcome`: for new members, under a key from their inboxes. `part`: of a
 * handshake that is too large for an entry. `parts`: the hashes of its parts, at the place where it
 * counts.
 */
const ENVELOPE_KINDS = ['message', 'handshake', 'welcome', 'part', 'parts'] as const
export type EnvelopeKind = (typeof ENVELOPE_KINDS)[number]

/** Identity of an entry, to which its contents are bound. */
export interface EntryName {
  /** 32 bytes. */
  readonly room: Uint8Array
  /** Chosen at random by the sender. 16 bytes. */
  readonly clientId: Uint8Array
}

export interface Envelope {
  readonly kind: EnvelopeKind
  /** For messages: binds the sender to the content, also for a moderator (`Report`). 32 bytes. */
  readonly commitment: Uint8Array | null
  readonly ciphertext: Uint8Array
}

const VERSION = 1
/** The first byte of an array of four in CBOR. */
const ARRAY_OF_FOUR = 0x84
const ROOM_BYTES = 32
const CLIENT_ID_BYTES = 16
const COMMITMENT_BYTES = 32

export function encodeEnvelope({ kind, commitment, ciphertext }: Envelope): Uint8Array {
  return encodeCbor([VERSION, ENVELOPE_KINDS.indexOf(kind), commitment, ciphertext])
}

/**
 * Returns null for an unknown version or kind. Throws `bad-message` if the bytes are not an
 * envelope.
 */
export function readEnvelope(bytes: Uint8Array): Envelope | null {
  const value = decodeCbor(bytes)
  if (!Array.isArray(value) || !Number.isSafeInteger(value[0]) || !Number.isSafeInteger(value[1])) throw bad()
  const [version, number, commitment, ciphertext, more] = value
  const kind = ENVELOPE_KINDS[number]
  if (version !== VERSION || kind === undefined) return null
  if (!(ciphertext instanceof Uint8Array) || more !== undefined) throw bad()
  const isBound = commitment instanceof Uint8Array && commitment.length === COMMITMENT_BYTES
  if (kind === 'message' ? !isBound : commitment !== null) throw bad()
  return { kind, commitment, ciphertext }
}

/** Returns the declared kind of an entry, without reading the rest. Null for another version. */
export function kindOf(bytes: Uint8Array): EnvelopeKind | null {
  const [head, version, kind] = bytes
  return head === ARRAY_OF_FOUR && version === VERSION ? (ENVELOPE_KINDS[kind!] ?? null) : null
}

/**
 * Returns the additional authenticated data of the ciphertext: SHA-256 over room, client id, kind
 * and commitment. 32 bytes.
 */
export function bindingOf(
  { room, clientId }: EntryName,
  { kind, commitment }: Omit<Envelope, 'ciphertext'>,
): Uint8Array {
  if (room.length !== ROOM_BYTES || clientId.length !== CLIENT_ID_BYTES)
    throw new ChatError('bad-argument', 'A room has an id of 32 bytes, and an entry one of 16')
  return sha256(
    encodeCbor(['shoal/entry/1', VERSION, room, clientId, ENVELOPE_KINDS.indexOf(kind), commitment]),
  )
}

function bad(): ChatError {
  return new ChatError('bad-message', 'This entry is not one of a chat.')
}
