/**
 * Messages between a hub and the clients of its room logs and inboxes, and their parsers, which
 * validate what the other side sent. Requests are answered with `{ ok: … }` or `{ error: { code,
 * message, afterMs? } }`; other messages have no response.
 */
import type { LogEntry, RoomName } from '@shoal/hub-stores/log'
import { ROOM_ERROR_CODES, RoomError, type RoomErrorCode } from './room-error.ts'

export const PROTOCOL_VERSION = 1
/** Most rooms that a connection can follow, and that one message can name. */
export const MAX_ROOMS = 1000
/** Most entries in one part of a log or inbox. */
export const MAX_PART = 1000
/** Most deliveries per request. */
export const MAX_DELIVERIES = 1000
/** Largest volatile message, in bytes. */
const MAX_VOLATILE_BYTES = 2048
/** Largest request, in bytes. */
export const MAX_REQUEST_BYTES = 1 << 20
const MAX_ENTRY_BYTES = 1 << 20
const MAX_SIGNED_BYTES = 1024
const [ID_BYTES, CLIENT_ID_BYTES] = [32, 16] as const
const MAX_TEXT = 1024

/** Access rights in a room; each includes those before it. */
export const ROOM_RIGHTS = ['read', 'post', 'manage'] as const
export type RoomRight = (typeof ROOM_RIGHTS)[number]

export interface Follow {
  readonly room: Uint8Array
  /**
   * The secret for the requested right: see `roomToken`. Null for rights that every member of the
   * hub has.
   */
  readonly token: Uint8Array | null
}

export interface Followed {
  readonly room: Uint8Array
  readonly right: RoomRight
  /** Number of the entry before the first stored one. */
  readonly start: number
  readonly last: number
  /** The signed head at `last`. */
  readonly head: Uint8Array
  readonly slowMs: number
  /** As returned by `signRoomHome`. */
  readonly home: Uint8Array | null
  /** Whether the home is another hub: this log no longer grows. */
  readonly moved: boolean
}

export interface Refused {
  readonly room: Uint8Array
  readonly error: RoomError
}

/** Client id, time and bytes of an entry. Its number follows from its position. */
export type SentEntry = readonly [clientId: Uint8Array, postedMs: number, bytes: Uint8Array]

export interface SentPart {
  /** Number of the entry before the first one, and its hash. */
  readonly after: number
  readonly afterHash: Uint8Array
  readonly entries: readonly SentEntry[]
  /** The signed head at the end of this part. */
  readonly head: Uint8Array
  /** Number of the room's last entry. */
  readonly last: number
}

/** SHA-256 of a room's secrets; null where none is needed. */
export interface Access {
  readonly manage: Uint8Array | null
  readonly read: Uint8Array | null
  readonly post: Uint8Array | null
}

interface Create extends RoomName {
  readonly access: Access
  /** End of the log at the room's previous hub. */
  readonly after: { readonly sequence: number; readonly hash: Uint8Array } | null
  readonly home: Uint8Array | null
}

export interface SentInboxEntry {
  readonly sequence: number
  readonly clientId: Uint8Array
  readonly receivedMs: number
  readonly bytes: Uint8Array
}

export interface SentDelivery {
  readonly device: Uint8Array
  readonly clientId: Uint8Array
  readonly bytes: Uint8Array
}

const DELIVERY_OUTCOMES = ['delivered', 'repeated', 'full', 'unknown', 'conflict', 'refused'] as const
export type SentOutcome = (typeof DELIVERY_OUTCOMES)[number]

interface Requests {
  hello: [{ readonly version: number; readonly rooms: readonly Follow[] }, Welcome]
  follow: [{ readonly rooms: readonly Follow[] }, { readonly rooms: readonly (Followed | Refused)[] }]
  leave: [{ readonly rooms: readonly Uint8Array[] }, null]
  append: [
    { readonly room: Uint8Array; readonly clientId: Uint8Array; readonly bytes: Uint8Array },
    { readonly sequence: number; readonly postedMs: number; readonly hash: Uint8Array },
  ]
  /**
   * Entries after `since`, or the newest ones before `before`; if both are null, the newest of all.
   */
  read: [
    {
      readonly room: Uint8Array
      readonly since: number | null
      readonly before: number | null
      readonly limit: number
    },
    SentPart,
  ]
  head: [{ readonly room: Uint8Array; readonly sequence: number }, { readonly head: Uint8Array }]
  create: [Create, { readonly room: Uint8Array }]
  change: [
    {
      readonly room: Uint8Array
      readonly access: Access | null
      /** Whether holders of former secrets can read the present log. */
      readonly keepsReaders?: boolean | null
      readonly slowMs: number | null
      readonly home: Uint8Array | null
    },
    null,
  ]
  /** Deletes a room of kind `transfer`. Restricted to its creator. */
  remove: [RoomName, null]
  inbox: [{ readonly since: number; readonly limit: number }, { readonly entries: readonly SentInboxEntry[] }]
  taken: [{ readonly through: number }, null]
  deliver: [{ readonly deliveries: readonly SentDelivery[] }, { readonly outcomes: readonly SentOutcome[] }]
}

interface Welcome {
  /** Public key of the hub's signed heads. Ed25519, 32 bytes. */
  readonly hub: Uint8Array
  /** Largest entry of a log, in bytes. */
  readonly entryBytes: number
  /** Whether the session belongs to a device, which has an inbox. */
  readonly hasInbox: boolean
  /** UDP port at which the hub's host answers STUN. Null if it does not. */
  readonly stunPort: number | null
  readonly rooms: readonly (Followed | Refused)[]
}

export type RequestName = keyof Requests
export type Input<Name extends RequestName> = Requests[Name][0]
export type Reply<Name extends RequestName> = Requests[Name][1]

/** Messages pushed by a hub. */
export interface Pushes {
  /** Entries after number `after`, and the signed head at their end. */
  entries: {
    readonly room: Uint8Array
    readonly after: number
    readonly entries: readonly SentEntry[]
    readonly head: Uint8Array
  }
  /** The log has grown, and the client has to read. */
  news: { readonly room: Uint8Array; readonly last: number }
  /** The client no longer follows the room. */
  left: { readonly room: Uint8Array; readonly error: RoomError }
  /** The inbox has new entries. */
  inbox: Record<never, never>
  volatile: { readonly room: Uint8Array; readonly bytes: Uint8Array }
  /**
   * The hub stops and closes the connection. The client should connect again after this time.
   */
  stopping: { readonly afterMs: number }
}
export type PushName = keyof Pushes

type Read<T> = (value: unknown) => T

function bad(what: string): RoomError {
  return new RoomError('bad-message', `This message is invalid: ${what}. Update the program that sent it.`)
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('it has no fields')
  return value as Record<string, unknown>
}

const bytes =
  (min: number, max = min): Read<Uint8Array> =>
  value => {
    if (!(value instanceof Uint8Array) || value.length < min || value.length > max)
      throw bad(min === max ? `${min} bytes are missing` : `it lacks ${min} to ${max} bytes`)
    return value
  }
const integer =
  (min = 0, max = Number.MAX_SAFE_INTEGER): Read<number> =>
  value => {
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      throw bad(`a number from ${min} to ${max} is missing`)
    return value as number
  }
const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  value =>
    value === null || value === undefined ? null : read(value)
const list =
  <T>(read: Read<T>, max: number, min = 0): Read<readonly T[]> =>
  value => {
    if (!Array.isArray(value) || value.length < min || value.length > max)
      throw bad(`a list of ${min} to ${max} is missing`)
    return value.map(read)
  }
const oneOf =
  <T extends string>(values: readonly T[]): Read<T> =>
  value => {
    const found = values.find(each => each === value)
    if (found === undefined) throw bad(`none of ${values.join(', ')}`)
    return found
  }
const boolean: Read<boolean> = value => {
  if (typeof value !== 'boolean') throw bad('true or false is missing')
  return value
}
const text: Read<string> = value => {
  if (typeof value !== 'string' || value.length > MAX_TEXT) throw bad('a text is missing')
  return value
}
/** Returns a parser of objects with these fields; it ignores others. */
const object = <T extends object>(shape: { readonly [Name in keyof T]: Read<T[Name]> }): Read<T> => {
  const readers = Object.entries<Read<unknown>>(shape)
  return value => {
    const given = fields(value)
    const found: Record<string, unknown> = {}
    for (const [name, read] of readers) found[name] = read(given[name])
    return found as T
  }
}

const id = bytes(ID_BYTES)
const clientId = bytes(CLIENT_ID_BYTES)
const signed = bytes(1, MAX_SIGNED_BYTES)
const nothing: Read<null> = () => null

const sentEntry: Read<SentEntry> = value => {
  if (!Array.isArray(value) || value.length !== 3) throw bad('an entry has three parts')
  return [clientId(value[0]), integer()(value[1]), bytes(1, MAX_ENTRY_BYTES)(value[2])]
}
const access = object<Access>({ manage: orNull(id), read: orNull(id), post: orNull(id) })
const follow = object<Follow>({ room: id, token: orNull(id) })
const follows = list(follow, MAX_ROOMS)

/** Parses the error of a response. Unknown codes become `failed`. */
function readError(value: unknown): RoomError {
  const { code, message, afterMs } = fields(value)
  const known = ROOM_ERROR_CODES.find(each => each === code) ?? 'failed'
  return new RoomError(known, text(message), afterMs === undefined ? {} : { afterMs: integer()(afterMs) })
}

const followed = object<Followed>({
  ...{ room: id, right: oneOf(ROOM_RIGHTS), start: integer(), last: integer(), head: signed },
  ...{ slowMs: integer(), home: orNull(signed), moved: boolean },
})
const followedOrRefused: Read<Followed | Refused> = value => {
  const { room, error } = fields(value)
  return error === undefined ? followed(value) : { room: id(room), error: readError(error) }
}
const followedRooms = list(followedOrRefused, MAX_ROOMS)

type RequestReaders = {
  readonly [Name in RequestName]: readonly [input: Read<Input<Name>>, reply: Read<Reply<Name>>]
}

const REQUESTS: RequestReaders = {
  hello: [
    object({ version: integer(1, 1 << 16), rooms: follows }),
    object({
      ...{ hub: id, entryBytes: integer(1), hasInbox: boolean, rooms: followedRooms },
      stunPort: orNull(integer(1, 65_535)),
    }),
  ],
  follow: [object({ rooms: follows }), object({ rooms: followedRooms })],
  leave: [object({ rooms: list(id, MAX_ROOMS) }), nothing],
  append: [
    object({ room: id, clientId, bytes: bytes(1, MAX_ENTRY_BYTES) }),
    object({ sequence: integer(1), postedMs: integer(), hash: id }),
  ],
  read: [
    object({
      ...{ room: id, since: orNull(integer()), before: orNull(integer(1)), limit: integer(1, MAX_PART) },
    }),
    object({
      ...{
        after: integer(),
        afterHash: id,
        entries: list(sentEntry, MAX_PART),
        head: signed,
        last: integer(),
      },
    }),
  ],
  head: [object({ room: id, sequence: integer() }), object({ head: signed })],
  create: [
    object<Create>({
      ...{ creator: text, salt: id, kind: text, access, home: orNull(signed) },
      after: orNull(object({ sequence: integer(), hash: id })),
    }),
    object({ room: id }),
  ],
  change: [
    object<Requests['change'][0]>({
      ...{ room: id, access: orNull(access), keepsReaders: orNull(boolean) },
      ...{ slowMs: orNull(integer()), home: orNull(signed) },
    }),
    nothing,
  ],
  remove: [object<RoomName>({ creator: text, salt: id, kind: text }), nothing],
  inbox: [
    object({ since: integer(), limit: integer(1, MAX_PART) }),
    object({
      entries: list(
        object<SentInboxEntry>({
          ...{ sequence: integer(1), clientId, receivedMs: integer(), bytes: bytes(1, MAX_ENTRY_BYTES) },
        }),
        MAX_PART,
      ),
    }),
  ],
  taken: [object({ through: integer() }), nothing],
  deliver: [
    object({
      deliveries: list(
        object<SentDelivery>({ device: id, clientId, bytes: bytes(1, MAX_ENTRY_BYTES) }),
        MAX_DELIVERIES,
        1,
      ),
    }),
    object({ outcomes: list(oneOf(DELIVERY_OUTCOMES), MAX_DELIVERIES) }),
  ],
}

const PUSHES: { readonly [Name in PushName]: Read<Pushes[Name]> } = {
  entries: object<Pushes['entries']>({
    ...{ room: id, after: integer(), entries: list(sentEntry, MAX_PART, 1), head: signed },
  }),
  news: object({ room: id, last: integer() }),
  left: object<Pushes['left']>({ room: id, error: readError }),
  inbox: () => ({}),
  volatile: object({ room: id, bytes: bytes(1, MAX_VOLATILE_BYTES) }),
  stopping: object({ afterMs: integer() }),
}

export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(REQUESTS, name)
}

export function isPushName(name: string): name is PushName {
  return Object.hasOwn(PUSHES, name)
}

/** Parses a request, in a hub. Throws `bad-message`. */
export function readInput<Name extends RequestName>(name: Name, value: unknown): Input<Name> {
  return REQUESTS[name][0](value) as Input<Name>
}

/** Parses a pushed message. Throws `bad-message`. */
export function readPush<Name extends PushName>(name: Name, value: unknown): Pushes[Name] {
  return PUSHES[name](value) as Pushes[Name]
}

/** Parses the response to a request. Throws the hub's error, or `bad-message`. */
export function readAnswer<Name extends RequestName>(name: Name, value: unknown): Reply<Name> {
  const { ok, error } = fields(value)
  if (error !== undefined) throw readError(error)
  return REQUESTS[name][1](ok) as Reply<Name>
}

/** Parses a volatile message, in a hub. Throws `bad-message`. */
export const readVolatile = PUSHES.volatile

/** Returns an error in the form used by responses. */
export function toSentError({ code, message, afterMs }: RoomError): {
  readonly code: RoomErrorCode
  readonly message: string
  readonly afterMs?: number
} {
  return { code, message: message.slice(0, MAX_TEXT), ...(afterMs === undefined ? {} : { afterMs }) }
}

export function toSentEntry({ clientId, postedMs, bytes }: Omit<LogEntry, 'hash'>): SentEntry {
  return [clientId, postedMs, bytes]
}
