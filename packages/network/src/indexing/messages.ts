/**
 * The messages of `/shoal/index/1`, which libp2p's DHT lacks. Each has the length prefix of a
 * libp2p stream, and each request has one response. Protocol Buffers with these fields; missing
 * numbers are 0.
 *
 *     request   1 type   2 key…   3 sequence   4 address…   5 provider   6 signature   7 entry…   8 reference…
 *               9 word…   10 excluded word…   11 filters   12 limit
 *     response  2 accepted   3 nearer node…   4 total   5 is partial   6 reference…   7 entry…
 *     reference 1 ID   2 sequence
 *     filters   1 least bytes   2 most bytes   3 published after   4 language   5 license   6 publisher   7 kind
 */
import { ShoalError } from '@shoal/torrent'
import { fromUtf8, utf8 } from '@shoal/torrent/base'
import { MAX_ENTRY_BYTES } from '../entries/entry.ts'
import { FILE_KINDS } from '../entries/kinds.ts'
import type { Filters } from '../entries/match.ts'
import { addPeer, encodePeer, type NamedPeer } from '../kad/messages.ts'
import { type Field, readFields, writeFields } from '../kad/protobuf.ts'

export const INDEX_PROTOCOL = '/shoal/index/1'
/** Largest message, in bytes: 64 entries, or 2,000 keys. */
export const MAX_INDEX_MESSAGE_BYTES = 128 * 1024
/** Most keys in a message that we send, which take the receiver a millisecond or two. */
export const MAX_KEYS = 200
/** Most keys in a message that we read: earlier versions send up to this number. */
export const MAX_KEYS_READ = 2000
/** Most entries in a message: each costs a signature verification. */
export const MAX_ENTRIES = 64
/** Most references in a request; the same limits as for keys. */
export const MAX_REFERENCES = 200
export const MAX_REFERENCES_READ = 2000
/** Most references in a response: entries found, or wanted from our offer. */
export const MAX_FOUND = 500
/** Most words of a query besides its key. */
export const MAX_QUERY_WORDS = 16
const KEY_BYTES = 34
const ID_BYTES = 16
const WORD_BYTES = 8
const MAX_ADDRESSES = 16
const MAX_ADDRESS_BYTES = 256
const MAX_PEER_ID_BYTES = 42
const MAX_CLOSER = 20
const MAX_TEXT_BYTES = 64

/** A version of an entry. `id`: 16 bytes. */
export interface Reference {
  readonly id: Uint8Array
  readonly sequence: number
}

/** Keys are 34-byte multihashes, as `recordKey` returns them. */
export type IndexRequest =
  /**
   * The sender provides the keys, for 12 hours. `sequence` grows with each announcement and
   * withdrawal of a node.
   */
  | {
      readonly type: 'announce'
      readonly keys: readonly Uint8Array[]
      readonly sequence: number
      readonly addresses: readonly Uint8Array[]
    }
  /**
   * A statement signed by `provider` (a PeerId) that it does not provide the keys. Any node can
   * pass it on.
   */
  | {
      readonly type: 'withdraw'
      readonly keys: readonly Uint8Array[]
      readonly sequence: number
      readonly provider: Uint8Array
      readonly signature: Uint8Array
    }
  /** Offers entries; the response lists those that the receiver wants. */
  | { readonly type: 'offer'; readonly references: readonly Reference[] }
  /** Signed entries to store. */
  | { readonly type: 'store'; readonly entries: readonly Uint8Array[] }
  /**
   * Queries entries of the word `key` that also have the words `words` and none of `without` (8
   * bytes of their keys each, from `wordMark`). The response lists the best `limit` entries, and
   * nearer nodes.
   */
  | {
      readonly type: 'find'
      readonly key: Uint8Array
      readonly words: readonly Uint8Array[]
      readonly without: readonly Uint8Array[]
      readonly filters: Filters
      readonly limit: number
    }
  /** Requests entries by ID. */
  | { readonly type: 'get'; readonly references: readonly Reference[] }

export interface IndexResponse {
  /** Number of keys or entries that the node took. */
  readonly accepted: number
  /** Nodes nearer to the key. */
  readonly closer: readonly NamedPeer[]
  /** Number of entries stored for the key, of those that match no more than the key. */
  readonly total: number
  /** Whether the word has more entries than the node stores. */
  readonly isPartial: boolean
  /** Entries found, best first; or entries wanted from the offer. */
  readonly references: readonly Reference[]
  /** Signed entries that were requested; or newer versions of offered ones. */
  readonly entries: readonly Uint8Array[]
}

const TYPES = ['announce', 'withdraw', 'offer', 'store', 'find', 'get'] as const
const NOTHING = new Uint8Array(0)

export function encodeRequest(request: IndexRequest): Uint8Array {
  const fields: Field[] = [[1, TYPES.indexOf(request.type) + 1]]
  const each = (field: number, values: readonly Uint8Array[]) => {
    for (const value of values) fields.push([field, value])
  }
  if (request.type === 'announce' || request.type === 'withdraw') {
    each(2, request.keys)
    fields.push([3, request.sequence])
  }
  if (request.type === 'announce') each(4, request.addresses)
  if (request.type === 'withdraw') fields.push([5, request.provider], [6, request.signature])
  if (request.type === 'store') each(7, request.entries)
  if (request.type === 'offer' || request.type === 'get') each(8, request.references.map(encodeReference))
  if (request.type === 'find') {
    fields.push([2, request.key])
    each(9, request.words)
    each(10, request.without)
    fields.push([11, encodeFilters(request.filters)], [12, request.limit])
  }
  return writeFields(fields)
}

/**
 * Decodes a request, which shares no memory with `bytes`. Throws `bad-message`, also if a limit is
 * exceeded.
 */
export function decodeRequest(bytes: Uint8Array): IndexRequest {
  const { numbers, lists } = collect(bytes)
  const type = TYPES[(numbers.get(1) ?? 0) - 1]
  const keys = take(lists, 2, MAX_KEYS_READ, KEY_BYTES)
  const sequence = numbers.get(3) ?? 0
  switch (type) {
    case 'announce': {
      const addresses = (lists.get(4) ?? []).filter(({ length }) => length <= MAX_ADDRESS_BYTES)
      return { type, keys, sequence, addresses: addresses.slice(0, MAX_ADDRESSES) }
    }
    case 'withdraw': {
      const provider = single(lists, 5)
      if (provider.length > MAX_PEER_ID_BYTES) throw bad('The PeerId is too long')
      return { type, keys, sequence, provider, signature: single(lists, 6, 64) }
    }
    case 'offer':
      return { type, references: take(lists, 8, MAX_REFERENCES_READ).map(readReference) }
    case 'get':
      return { type, references: take(lists, 8, MAX_ENTRIES).map(readReference) }
    case 'store':
      return { type, entries: take(lists, 7, MAX_ENTRIES, undefined, MAX_ENTRY_BYTES) }
    case 'find':
      return {
        type,
        key: single(lists, 2, KEY_BYTES),
        words: take(lists, 9, MAX_QUERY_WORDS, WORD_BYTES),
        without: take(lists, 10, MAX_QUERY_WORDS, WORD_BYTES),
        filters: readFilters(lists.get(11)?.at(-1) ?? NOTHING),
        limit: numbers.get(12) ?? 0,
      }
    default:
      throw bad('Requests of this type are not supported')
  }
}

/** Missing members of a response are empty, 0 or false. */
export function encodeResponse(response: Partial<IndexResponse>): Uint8Array {
  const { accepted = 0, closer = [], total = 0, isPartial = false, references = [], entries = [] } = response
  return writeFields([
    [2, accepted],
    ...closer.map((peer): Field => [3, encodePeer(peer)]),
    [4, total],
    [5, isPartial ? 1 : 0],
    ...references.map((reference): Field => [6, encodeReference(reference)]),
    ...entries.map((entry): Field => [7, entry]),
  ])
}

/**
 * Decodes a response, which shares no memory with `bytes`. Throws `bad-message`, also if a limit is
 * exceeded.
 */
export function decodeResponse(bytes: Uint8Array): IndexResponse {
  const { numbers, lists } = collect(bytes)
  const closer: NamedPeer[] = []
  for (const peer of take(lists, 3, MAX_CLOSER)) addPeer(closer, peer)
  return {
    accepted: numbers.get(2) ?? 0,
    closer,
    total: numbers.get(4) ?? 0,
    isPartial: numbers.get(5) === 1,
    references: take(lists, 6, MAX_FOUND).map(readReference),
    entries: take(lists, 7, MAX_ENTRIES, undefined, MAX_ENTRY_BYTES),
  }
}

/**
 * Returns the mark by which a query names one of its words: the first 8 bytes of the hash in its
 * key.
 */
export function wordMark(key: Uint8Array): Uint8Array {
  return key.subarray(2, 2 + WORD_BYTES)
}

/**
 * Returns the text that a provider signs to withdraw keys: a separate domain, the sequence number,
 * and the keys.
 */
export function withdrawalText(keys: readonly Uint8Array[], sequence: number): Uint8Array {
  const domain = utf8('shoal/withdraw/1\0')
  return writeFields([[1, domain], [2, sequence], ...keys.map((key): Field => [3, key])])
}

function collect(bytes: Uint8Array) {
  if (bytes.length > MAX_INDEX_MESSAGE_BYTES) throw bad('The message is too long')
  const numbers = new Map<number, number>()
  const lists = new Map<number, Uint8Array[]>()
  for (const [field, value] of readFields(bytes)) {
    if (typeof value === 'number') numbers.set(field, value)
    else {
      const list = lists.get(field) ?? []
      if (list.length > MAX_KEYS_READ) throw bad(`Field ${field} is repeated too often`)
      list.push(value.slice())
      lists.set(field, list)
    }
  }
  return { numbers, lists }
}

function take(
  lists: ReadonlyMap<number, Uint8Array[]>,
  field: number,
  most: number,
  length?: number,
  mostBytes = MAX_INDEX_MESSAGE_BYTES,
): Uint8Array[] {
  const list = lists.get(field) ?? []
  if (list.length > most) throw bad(`Field ${field} is repeated too often`)
  for (const value of list) {
    if (length !== undefined && value.length !== length) throw bad(`Field ${field} must have ${length} bytes`)
    if (value.length > mostBytes) throw bad(`Field ${field} is too long`)
  }
  return list
}

function single(lists: ReadonlyMap<number, Uint8Array[]>, field: number, length?: number): Uint8Array {
  const value = take(lists, field, 1, length)[0]
  if (!value) throw bad(`Field ${field} is missing`)
  return value
}

function encodeReference({ id, sequence }: Reference): Uint8Array {
  return writeFields([
    [1, id],
    [2, sequence],
  ])
}

function readReference(bytes: Uint8Array): Reference {
  let id: number | Uint8Array | undefined
  let sequence: number | Uint8Array = 0
  for (const [field, value] of readFields(bytes)) {
    if (field === 1) id = value
    else if (field === 2) sequence = value
  }
  if (!(id instanceof Uint8Array) || id.length !== ID_BYTES || typeof sequence !== 'number')
    throw bad('A reference is malformed')
  return { id, sequence }
}

function encodeFilters(filters: Filters): Uint8Array {
  const { minBytes, maxBytes, publishedAfter, language, license, kind, publisher } = filters
  const fields: Field[] = []
  const add = (field: number, value: number | Uint8Array | undefined) => {
    if (value !== undefined) fields.push([field, value])
  }
  add(1, minBytes)
  add(2, maxBytes)
  add(3, publishedAfter)
  add(4, language === undefined ? undefined : utf8(language))
  add(5, license === undefined ? undefined : utf8(license))
  add(6, publisher)
  add(7, kind === undefined ? undefined : utf8(kind))
  return writeFields(fields)
}

const NUMBER_FILTERS: Readonly<Record<number, 'minBytes' | 'maxBytes' | 'publishedAfter'>> = {
  1: 'minBytes',
  2: 'maxBytes',
  3: 'publishedAfter',
}

function readFilters(bytes: Uint8Array): Filters {
  const filters: { -readonly [Name in keyof Filters]: Filters[Name] } = {}
  for (const [field, value] of readFields(bytes)) {
    if (typeof value === 'number') {
      const name = NUMBER_FILTERS[field]
      if (name) filters[name] = value
    } else if (field === 4 || field === 5) {
      if (value.length > MAX_TEXT_BYTES) throw bad('A filter is too long')
      filters[field === 4 ? 'language' : 'license'] = fromUtf8(value)
    } else if (field === 6) {
      if (value.length !== 32) throw bad('The publisher must have 32 bytes')
      filters.publisher = value.slice()
    } else if (field === 7) {
      // The requester filters by a kind that only other versions know.
      const kind = FILE_KINDS.find(known => known === fromUtf8(value))
      if (kind) filters.kind = kind
    }
  }
  return filters
}

function bad(message: string): ShoalError {
  return new ShoalError('bad-message', message)
}
