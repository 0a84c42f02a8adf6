/**
 * Frames between two devices: four bytes for the length, then a CBOR array that begins with its
 * kind.
 *
 *   hello:    [0, version, nonce, credential]   both start with it
 *   proof:    [1, signature]                    by the device, for this channel
 *   rooms:    [2, [token, …]]                   replaces the previous tokens
 *   have:     [3, token, [id, …]]               entries that no log has yet
 *   want:     [4, token, [id, …]]
 *   entry:    [5, token, id, bytes]
 *   got:      [6, token, [id, …]]               they will survive a crash of the sender
 *   volatile: [7, token, bytes]
 */
import { type Cbor, decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { concat, readU32, writeU32 } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'

export const NONCE_BYTES = 32
export const TOKEN_BYTES = 16
/** Most tokens in a frame, including dummies. */
export const MAX_TOKENS = 1024
/** Most ids in a frame. */
export const MAX_IDS = 256
/** Largest entry sent directly. A message has less (`MAX_CONTENT_BYTES`). */
export const MAX_DIRECT_BYTES = 64 * 1024
const MAX_FRAME_BYTES = MAX_DIRECT_BYTES + 8 * 1024
const MAX_VOLATILE_BYTES = 2048
const ID_BYTES = 16
const SIGNATURE_BYTES = 64
const LENGTH_BYTES = 4
const VERSION = 1

export type IdsFrame = {
  readonly kind: 'have' | 'want' | 'got'
  readonly token: Uint8Array
  readonly ids: readonly Uint8Array[]
}
/** A frame about one room, identified by the sender's token. */
export type RoomFrame =
  | IdsFrame
  | {
      readonly kind: 'entry'
      readonly token: Uint8Array
      readonly clientId: Uint8Array
      readonly bytes: Uint8Array
    }
  | { readonly kind: 'volatile'; readonly token: Uint8Array; readonly bytes: Uint8Array }
export type Frame =
  | { readonly kind: 'hello'; readonly nonce: Uint8Array; readonly credential: Uint8Array }
  | { readonly kind: 'proof'; readonly signature: Uint8Array }
  | { readonly kind: 'rooms'; readonly tokens: readonly Uint8Array[] }
  | RoomFrame

const KINDS = ['hello', 'proof', 'rooms', 'have', 'want', 'entry', 'got', 'volatile'] as const

/** Encodes a frame, without its length. */
export function encodeFrame(frame: Frame): Uint8Array {
  return encodeCbor([KINDS.indexOf(frame.kind), ...membersOf(frame)])
}

/** Decodes a frame without its length. Returns null for an unknown kind. Throws `bad-message`. */
export function decodeFrame(encoded: Uint8Array): Frame | null {
  const value = encoded.length <= MAX_FRAME_BYTES ? decodeCbor(encoded) : null
  if (!Array.isArray(value) || !Number.isSafeInteger(value[0])) throw bad('of another protocol')
  const [number, ...members] = value as [number, ...Cbor[]]
  const kind = KINDS[number]
  if (kind === undefined) return null
  const [first, second, third, more] = members
  const most = kind === 'hello' || kind === 'entry' ? 3 : kind === 'proof' || kind === 'rooms' ? 1 : 2
  if (members.length > most || more !== undefined) throw bad('too long')
  if (kind === 'hello') {
    if (first !== VERSION) throw bad('of another version')
    return { kind, nonce: bytes(second, NONCE_BYTES), credential: bytes(third) }
  }
  if (kind === 'proof') return { kind, signature: bytes(first, SIGNATURE_BYTES) }
  if (kind === 'rooms') return { kind, tokens: list(first, MAX_TOKENS, TOKEN_BYTES) }
  const token = bytes(first, TOKEN_BYTES)
  if (kind === 'entry') {
    const entry = bytes(third)
    if (entry.length === 0 || entry.length > MAX_DIRECT_BYTES) throw bad('too long')
    return { kind, token, clientId: bytes(second, ID_BYTES), bytes: entry }
  }
  if (kind === 'volatile') {
    const sent = bytes(second)
    if (sent.length > MAX_VOLATILE_BYTES) throw bad('too long')
    return { kind, token, bytes: sent }
  }
  return { kind, token, ids: list(second, MAX_IDS, ID_BYTES) }
}

/** Returns a frame with its length. */
export function packFrame(frame: Frame): Uint8Array {
  const encoded = encodeFrame(frame)
  const length = new Uint8Array(LENGTH_BYTES)
  writeU32(length, 0, encoded.length)
  return concat([length, encoded])
}

/**
 * Yields the frames of a byte stream, however it is split. Throws `bad-message` for a frame that is
 * too long, before it is read.
 */
export async function* framesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let parts: Uint8Array[] = []
  let size = 0
  let wanted = LENGTH_BYTES
  let isLength = true
  for await (const chunk of chunks) {
    parts.push(chunk)
    size += chunk.length
    while (size >= wanted) {
      const all = parts.length === 1 ? parts[0]! : concat(parts)
      const head = all.slice(0, wanted)
      const rest = all.subarray(wanted)
      parts = rest.length > 0 ? [rest] : []
      size = rest.length
      if (!isLength) yield head
      wanted = isLength ? readU32(head, 0) : LENGTH_BYTES
      if (isLength && (wanted === 0 || wanted > MAX_FRAME_BYTES)) throw bad('too long')
      isLength = !isLength
    }
  }
}

function membersOf(frame: Frame): Cbor[] {
  switch (frame.kind) {
    case 'hello':
      return [VERSION, frame.nonce, frame.credential]
    case 'proof':
      return [frame.signature]
    case 'rooms':
      return [frame.tokens]
    case 'entry':
      return [frame.token, frame.clientId, frame.bytes]
    case 'volatile':
      return [frame.token, frame.bytes]
    default:
      return [frame.token, frame.ids]
  }
}

function bytes(value: Cbor | undefined, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length))
    throw bad('of a wrong form')
  return value
}

function list(value: Cbor | undefined, most: number, length: number): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length > most) throw bad('too long')
  return value.map(each => bytes(each, length))
}

function bad(why: string): ChatError {
  return new ChatError('bad-message', `The other device sent a frame that is ${why}.`)
}
