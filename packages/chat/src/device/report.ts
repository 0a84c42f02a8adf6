/**
 * Reports: evidence that a device sent one message, for a moderator who has not read it. Text: `shoal-report:` and, in base64url, deterministic CBOR `[1, room, client id, place or null, credential of
 * the device, body, signature]`. The body opens the commitment of this one entry (message franking); it has no key of other messages.
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
/** Credential, body and what surrounds them. */
const MAX_BYTES = MAX_CONTENT_BYTES + 32 * 1024
const MAX_CHARACTERS = PREFIX.length + Math.ceil((4 * MAX_BYTES) / 3)

export interface Report extends EntryName {
  /** The place in the log, where a hub finds the entry. Null if the reporter does not know it. */
  readonly sequence: number | null
  /** The credential of the device that sent the message. */
  readonly credential: Uint8Array
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

/** The one message that a report shows. */
export interface ReportedMessage extends EntryName {
  readonly sequence: number | null
  readonly sender: GroupDevice
  /** The sender's clock. */
  readonly sentMs: number
  readonly kind: string
  /** Null for a kind that this program does not know. */
  readonly content: Content | null
}

export function writeReport({ room, clientId, sequence, credential, body, signature }: Report): string {
  const bytes = encodeCbor([VERSION, room, clientId, sequence, credential, body, signature])
  return PREFIX + base64urlnopad.encode(bytes)
}

/** Reads a report. What it says is not verified. Throws `bad-report`. */
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
 * Verifies a report. `commitment`: of the entry with this client id in the log (`commitmentOf`), never from the reporter. Throws `bad-report` if it is not a device of
 * the person, or did not send this message there.
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

/** Returns the commitment of an entry of a log, as a hub has it. Null if it is not a message. Throws `bad-message`. */
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
