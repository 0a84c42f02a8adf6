/**
 * The contents of messages by kind, as deterministic CBOR. Programs keep messages of unknown kinds,
 * and show that a newer program is needed. Later versions can append members to an array; earlier
 * programs ignore them.
 */
import { type Cbor, decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { ChatError } from '../chat-error.ts'

/** Longest text, in bytes of UTF-8. */
const MAX_TEXT_BYTES = 32 * 1024
/** Most mentions and files in a text. */
const MAX_LIST = 64
const MAX_EMOJI_BYTES = 64
const MAX_NAME_BYTES = 256
const MAX_LINK_BYTES = 4096
const CLIENT_ID_BYTES = 16

/** Identifies a message by the client id of its entry. 16 bytes. */
export type MessageId = Uint8Array

export interface TextContent {
  readonly kind: 'text'
  /** Markdown. */
  readonly text: string
  /** The message that it replies to. */
  readonly replyTo: MessageId | null
  /** DIDs of the mentioned persons. */
  readonly mentions: readonly string[]
  /** Links of sealed shares: files that were dropped into the chat. */
  readonly files: readonly string[]
  /**
   * The name that the sender goes by in the room of a share, whose readers may know nobody. Nobody
   * has verified it. Absent elsewhere, and if there is none.
   */
  readonly name?: string
}

interface ReactionContent {
  readonly kind: 'reaction'
  readonly to: MessageId
  /** Null removes this person's reaction. */
  readonly emoji: string | null
}

/** Replaces a text of the same person. */
interface EditContent {
  readonly kind: 'edit'
  readonly of: MessageId
  readonly text: string
  readonly mentions: readonly string[]
}

/** Requests the deletion of a message, which its author and admins are permitted to do. */
interface DeletionContent {
  readonly kind: 'deletion'
  readonly of: MessageId
}

/** The sender has read everything up to this message. */
interface ReadContent {
  readonly kind: 'read'
  readonly upTo: MessageId
}

export type Content = TextContent | ReactionContent | EditContent | DeletionContent | ReadContent

/** Encodes a `Message`. Throws `bad-argument` outside the limits. */
export function encodeContent(content: Content): Uint8Array {
  const bytes = encodeCbor(toCbor(content))
  try {
    if (readContent(content.kind, bytes)) return bytes
  } catch (cause) {
    throw new ChatError(
      'bad-argument',
      `A text has 1 to ${MAX_TEXT_BYTES} bytes, and at most ${MAX_LIST} files and mentions`,
      { cause },
    )
  }
  throw new ChatError('bad-argument', 'The content is of an unknown kind')
}

/**
 * Returns null for an unknown kind. Throws `bad-message` if the content does not match its kind.
 */
export function readContent(kind: string, bytes: Uint8Array): Content | null {
  const value = decodeCbor(bytes)
  const members: readonly unknown[] = Array.isArray(value) ? value : []
  switch (kind) {
    case 'text': {
      const [text, replyTo, mentions, files, name] = members
      return {
        kind,
        text: readText(text, MAX_TEXT_BYTES, readTexts(files, MAX_LINK_BYTES).length > 0 ? 0 : 1),
        replyTo: replyTo === null ? null : readId(replyTo),
        mentions: readTexts(mentions, MAX_LINK_BYTES),
        files: readTexts(files, MAX_LINK_BYTES),
        ...(name !== undefined && { name: readText(name, MAX_NAME_BYTES, 1) }),
      }
    }
    case 'reaction': {
      const [to, emoji] = members
      return { kind, to: readId(to), emoji: emoji === null ? null : readText(emoji, MAX_EMOJI_BYTES, 1) }
    }
    case 'edit': {
      const [of, text, mentions] = members
      return {
        kind,
        of: readId(of),
        text: readText(text, MAX_TEXT_BYTES, 1),
        mentions: readTexts(mentions, MAX_LINK_BYTES),
      }
    }
    case 'deletion':
      return { kind, of: readId(members[0]) }
    case 'read':
      return { kind, upTo: readId(members[0]) }
    default:
      return null
  }
}

function toCbor(content: Content): Cbor {
  switch (content.kind) {
    case 'text':
      return [
        ...[content.text, content.replyTo, content.mentions, content.files],
        ...(content.name === undefined ? [] : [content.name]),
      ]
    case 'reaction':
      return [content.to, content.emoji]
    case 'edit':
      return [content.of, content.text, content.mentions]
    case 'deletion':
      return [content.of]
    case 'read':
      return [content.upTo]
  }
}

function readId(value: unknown): MessageId {
  if (!(value instanceof Uint8Array) || value.length !== CLIENT_ID_BYTES) throw bad()
  return value
}

function readText(value: unknown, mostBytes: number, leastBytes: number): string {
  if (typeof value !== 'string') throw bad()
  const { length } = new TextEncoder().encode(value)
  if (length < leastBytes || length > mostBytes) throw bad()
  return value
}

function readTexts(value: unknown, mostBytes: number): readonly string[] {
  if (!Array.isArray(value) || value.length > MAX_LIST) throw bad()
  return value.map(each => readText(each, mostBytes, 1))
}

function bad(): ChatError {
  return new ChatError('bad-message', 'The content of this message is not what its kind says.')
}
