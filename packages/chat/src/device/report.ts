/**
 * Reports: evidence that a device sent one message, for a moderator who has not read it. Text:
 * `shoal-report:` and, in base64url, deterministic CBOR `[1, room, client id, place or null,
 * credential of the device, body, signature]`. The body opens the commitment of this one entry
 * (message franking); it contains no keys of other messages.
 */
import { base64urlnopad } from '@scure/base'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { ChatError } from '../chat-error.ts'
import type { Content } from '../conversations/index.ts'
import { type EntryName, readEnvelope } from '../envelope/envelope.ts'
import { type GroupDevice, readCredential } from '../groups/credential.ts'
import { MAX_CONTENT_BYTES, type Message, verifyReport as verifyMessage } from '../messages/message.ts'
import { COPY, readCopy, readKnown } from './kept-messages.ts'

const PREFIX = 'shoal-report:'
const VERSION = 1
/** Credential, body and their framing. */
const MAX_BYTES = MAX_CONTENT_BYTES + 32 * 1024
const MAX_CHARACTERS = PREFIX.length + Math.ceil((4 * MAX_BYTES) / 3)

export interface Report extends EntryName {
  /** Place in the log, by which a hub finds the entry. Null if unknown to the reporter. */
  readonly sequence: number | null
  /** Credential of the device that sent the message. */
  readonly credential: Uint8Array
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

/** The message revealed by a report. */
export interface ReportedMessage extends EntryName {
  readonly sequence: number | null
  readonly sender: GroupDevice
  /** The sender's clock. */
  readonly sentMs: number
  readonly kind: string
  /** Null for an unknown kind. */
  readonly content: Content | null
}

export function writeReport({ room, clientId, sequence, credential, body, signature }: Report): string {
  const bytes = encodeCbor([VERSION, room, clientId, sequence, credential, body, signature])
  return PREFIX + base64urlnopad.encode(bytes)
}

/** Parses a report, without verifying it. Throws `bad-report`. */
export function readReport(text: string): Report {
  const trimmed = text.length <= 2 * MAX_CHARACTERS ? text.replace(/\s/g, '') : ''
  if (!trimmed.startsWith(PREFIX) || trimmed.length > MAX_CHARACTERS) throw bad()
  let value: unknown
  try {
    value = decodeCbor(base64urlnopad.decode(trimmed.slice(PREFIX.length)))
  } catch (cause) {
    throw bad(cause)
  }
  if (!Array.isArray(value) || value.length !== 7 || value[0] !== VERSION) throw bad()
  const [, room, clientId, sequence, credential, body, signature] = value
  if (!isBytes(room, 32) || !isBytes(clientId, 16) || !isBytes(signature, 64)) throw bad()
  if (!isBytes(credential) || !isBytes(body)) throw bad()
  if (sequence !== null && !Number.isSafeInteger(sequence)) throw bad()
  return { room, clientId, sequence, credential, body, signature }
}

/**
 * Verifies a report. `commitment`: of the entry with this client id in the log (`commitmentOf`),
 * never from the reporter. Throws `bad-report` if it is not a device of the person, or did not send
 * this message in that room.
 */
export function verifyReport(text: string, commitment: Uint8Array): ReportedMessage {
  const { room, clientId, sequence, credential, body, signature } = readReport(text)
  let sender: GroupDevice
  let message: Message
  try {
    sender = readCredential(credential)
    const entry = { room, clientId }
    message = verifyMessage({ entry, body, signature }, commitment, sender.device.messageKey)
  } catch (cause) {
    const { message } = cause as ChatError
    throw new ChatError('bad-report', `This report is forged, or of another entry. ${message}`, { cause })
  }
  const copy = message.kind === COPY ? readCopy(message.content) : null
  const { kind, content, sentMs } = copy ?? message
  return { room, clientId, sequence, sender, sentMs, kind, content: readKnown(kind, content) }
}

/**
 * Returns the commitment of an entry of a log, as stored by a hub. Null if it is not a message.
 * Throws `bad-message`.
 */
export function commitmentOf(entry: Uint8Array): Uint8Array | null {
  return readEnvelope(entry)?.commitment ?? null
}

function isBytes(value: unknown, length?: number): value is Uint8Array {
  return value instanceof Uint8Array && (length === undefined || value.length === length)
}

function bad(cause?: unknown): ChatError {
  return new ChatError('bad-report', 'This is not a report: copy all of it, from "shoal-report:" on.', {
    cause,
  })
}
