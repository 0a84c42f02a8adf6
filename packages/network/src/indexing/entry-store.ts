import type { Clock } from '@shoal/torrent'
import { latin1, readU32 } from '@shoal/torrent/base'
import { entryWords, isCurrent, type SignedEntry } from '../entries/entry.ts'
import { type Filters, matchScore, passesFilters } from '../entries/match.ts'
import { keywordKey } from '../keys.ts'
import { type Reference, wordMark } from './messages.ts'

export interface EntryStoreLimits {
  /** Default 50,000. */
  readonly entries?: number
  /** Entries per word. Default 2,000, the best of them. */
  readonly perWord?: number
  /** Entries per word from one publisher, and from one /24 or /48. Default 100 each. */
  readonly perWordAndSource?: number
  /** Share of the store that one publisher, and one /24 or /48, can fill. Default 0.1. */
  readonly sourcePart?: number
}

/**
 * Outcome of storing: `stored`; `known` if this version or a later one is stored; or refused
 * because it has expired, none of its words belongs to this node, or a limit forbids it.
 */
export type StoreOutcome = 'stored' | 'known' | 'expired' | 'foreign' | 'full'

export interface FindQuery {
  readonly key: Uint8Array
  /** `wordMark`s that an entry must have, and must not have. */
  readonly words: readonly Uint8Array[]
  readonly without: readonly Uint8Array[]
  readonly filters: Filters
  readonly limit: number
}

export interface Found {
  readonly total: number
  readonly isPartial: boolean
  readonly references: readonly Reference[]
}

interface Stored {
  readonly signed: SignedEntry
  readonly name: string
  /** Marks of its words as numbers, and the place of each. */
  readonly marks: Float64Array
  readonly places: Uint8Array
  readonly titleWords: number
  readonly publisher: string
  /** The /24 or /48 that it came from; null if local. */
  readonly neighborhood: string | null
  /** Number of word lists in this store that contain it. */
  lists: number
}

interface Posting {
  readonly stored: Stored
  readonly score: number
}

type SourceKind = 'publisher' | 'neighborhood'
const SOURCE_KINDS: readonly SourceKind[] = ['publisher', 'neighborhood']

interface WordList {
  /** Best first. */
  readonly postings: Posting[]
  /**
   * Entries per publisher and per neighborhood, counted once there are enough for one of them to
   * reach its limit.
   */
  counts: Record<SourceKind, Map<string, number>> | null
  /** Whether an entry was left out. */
  isPartial: boolean
}

/**
 * Stores entries under their words that belong to this node, for other nodes. Every dimension is
 * bounded, also per publisher and per network, so that no publisher can displace the entries of
 * others; a word with too many entries keeps the best. Entries are not verified by the store.
 */
export class EntryStore {
  readonly #clock: Clock
  readonly #limits: Required<EntryStoreLimits>
  readonly #entries = new Map<string, Stored>()
  readonly #words = new Map<number, WordList>()
  /** Entries by publisher and by neighborhood. */
  readonly #sources = new Map<string, number>()

  constructor(clock: Clock, limits: EntryStoreLimits = {}) {
    this.#clock = clock
    this.#limits = { entries: 50_000, perWord: 2000, perWordAndSource: 100, sourcePart: 0.1, ...limits }
  }

  /** Number of entries, including expired ones not yet removed. */
  get size(): number {
    return this.#entries.size
  }

  /** Returns whether this version of an entry, or a later one, is stored. */
  has({ id, sequence }: Reference): boolean {
    const stored = this.#entries.get(latin1(id))
    return stored !== undefined && stored.signed.entry.sequence >= sequence
  }

  get(id: Uint8Array): SignedEntry | null {
    return this.#entries.get(latin1(id))?.signed ?? null
  }

  /** Iterates over the stored entries, including withdrawals. */
  *all(): Generator<SignedEntry> {
    for (const { signed } of this.#entries.values()) yield signed
  }

  /**
   * Stores a verified entry. `neighborhood`: where it came from. `belongs`: returns whether entries
   * of a key belong to this node. A withdrawal replaces the entry, and is kept until it expires.
   */
  put(signed: SignedEntry, neighborhood: string | null, belongs: (key: Uint8Array) => boolean): StoreOutcome {
    const { entry, id } = signed
    if (!isCurrent(entry, this.#clock.unixMs() / 1000)) return 'expired'
    if (this.has({ id, sequence: entry.sequence })) return 'known'
    const name = latin1(id)
    const old = this.#entries.get(name)
    const isWithdrawal = entry.title === ''
    const { places, titleWords } = entryWords(entry)
    const keys = Array.from(places.keys(), keywordKey)
    const home = isWithdrawal ? [] : keys.filter(belongs)
    // A node with the old version takes the new one even if none of the new words belongs to it.
    if (home.length === 0 && !old) return 'foreign'
    const stored: Stored = {
      signed,
      name,
      marks: Float64Array.from(keys, markOf),
      places: Uint8Array.from(places.values()),
      titleWords,
      publisher: latin1(entry.publisher),
      neighborhood: old ? old.neighborhood : neighborhood,
      lists: 0,
    }
    // The old version makes room for the new one, which may have other words.
    if (old) this.#remove(old)
    if (!this.#hasRoom(stored)) return 'full'
    this.#entries.set(name, stored)
    this.#count(stored, 1)
    for (const key of home) this.#list(markOf(key), stored)
    if (home.length === 0 || stored.lists > 0) return 'stored'
    this.#remove(stored)
    return 'full'
  }

  /** Returns the best entries for a query. */
  find({ key, words, without, filters, limit }: FindQuery): Found {
    const list = this.#words.get(markOf(key))
    if (!list) return { total: 0, isPartial: false, references: [] }
    const now = this.#clock.unixMs() / 1000
    const wanted = [markOf(key), ...words.map(numberOf)]
    const unwanted = without.map(numberOf)
    const found: Posting[] = []
    for (const { stored } of list.postings) {
      const { signed, marks, places, titleWords } = stored
      if (signed.entry.expires <= now || unwanted.some(mark => marks.includes(mark))) continue
      const at = wanted.map(mark => marks.indexOf(mark))
      if (at.includes(-1) || !passesFilters(signed.entry, filters)) continue
      found.push({
        stored,
        score: matchScore(
          at.map(index => places[index]!),
          titleWords,
        ),
      })
    }
    if (words.length > 0) found.sort(byRank)
    const references = found
      .slice(0, limit)
      .map(({ stored: { signed } }) => ({ id: signed.id, sequence: signed.entry.sequence }))
    return { total: list.postings.length, isPartial: list.isPartial, references }
  }

  /** Removes expired entries. Call it periodically. */
  expire(): void {
    const now = this.#clock.unixMs() / 1000
    for (const stored of this.#entries.values()) if (stored.signed.entry.expires <= now) this.#remove(stored)
  }

  #hasRoom(stored: Stored): boolean {
    const { entries, sourcePart } = this.#limits
    if (this.#entries.size >= entries) this.expire()
    if (this.#entries.size >= entries) return false
    return sourcesOf(stored).every(source => (this.#sources.get(source) ?? 0) < sourcePart * entries)
  }

  #list(mark: number, stored: Stored): void {
    const { perWord, perWordAndSource } = this.#limits
    const list: WordList = this.#words.get(mark) ?? { postings: [], counts: null, isPartial: false }
    const { postings } = list
    const place = stored.places[stored.marks.indexOf(mark)]!
    const posting = { stored, score: matchScore([place], stored.titleWords) }
    const worst = postings.at(-1)
    const isFull = postings.length >= perWord
    if ((isFull && byRank(posting, worst!) > 0) || this.#isCrowded(list, posting, perWordAndSource)) {
      list.isPartial = true
      return
    }
    if (isFull) {
      list.isPartial = true
      this.#drop(takeOut(list, postings.length - 1).stored)
    }
    let [low, high] = [0, postings.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (byRank(postings[middle]!, posting) <= 0) low = middle + 1
      else high = middle
    }
    postings.splice(low, 0, posting)
    count(list, posting, 1)
    this.#words.set(mark, list)
    stored.lists++
  }

  /**
   * Returns whether a publisher or a network has used up its share of a word. Its better entries
   * then replace its worst ones, but not those of others.
   */
  #isCrowded(list: WordList, posting: Posting, limit: number): boolean {
    const { postings } = list
    if (postings.length < limit) {
      list.counts = null
      return false
    }
    if (!list.counts) {
      list.counts = { publisher: new Map(), neighborhood: new Map() }
      for (const each of postings) count(list, each, 1)
    }
    for (const kind of SOURCE_KINDS) {
      const source = posting.stored[kind]
      if (source === null || (list.counts[kind].get(source) ?? 0) < limit) continue
      const worst = postings.findLastIndex(({ stored }) => stored[kind] === source)
      if (byRank(posting, postings[worst]!) >= 0) return true
      this.#drop(takeOut(list, worst).stored)
    }
    return false
  }

  /** Called when a word no longer lists an entry. */
  #drop(stored: Stored): void {
    if (--stored.lists === 0) this.#remove(stored)
  }

  #remove(stored: Stored): void {
    if (this.#entries.get(stored.name) !== stored) return
    this.#entries.delete(stored.name)
    this.#count(stored, -1)
    for (const mark of stored.lists > 0 ? stored.marks : []) {
      const list = this.#words.get(mark)
      const at = list?.postings.findIndex(posting => posting.stored === stored) ?? -1
      if (!list || at < 0) continue
      takeOut(list, at)
      if (list.postings.length === 0) this.#words.delete(mark)
      else if (list.postings.length < this.#limits.perWord / 2) list.isPartial = false
    }
  }

  #count(stored: Stored, change: 1 | -1): void {
    for (const source of sourcesOf(stored)) {
      const count = (this.#sources.get(source) ?? 0) + change
      if (count > 0) this.#sources.set(source, count)
      else this.#sources.delete(source)
    }
  }
}

/** Best match first, then the latest, then an order that is the same on all nodes. */
function byRank(a: Posting, b: Posting): number {
  const [first, second] = [a.stored.signed, b.stored.signed]
  return (
    b.score - a.score ||
    second.entry.published - first.entry.published ||
    (a.stored.name < b.stored.name ? -1 : a.stored.name > b.stored.name ? 1 : 0)
  )
}

/** Removes an entry from a word's list. */
function takeOut(list: WordList, at: number): Posting {
  const [posting] = list.postings.splice(at, 1)
  count(list, posting!, -1)
  return posting!
}

function count({ counts }: WordList, { stored }: Posting, change: 1 | -1): void {
  for (const kind of counts ? SOURCE_KINDS : []) {
    const source = stored[kind]
    if (source === null) continue
    const now = (counts![kind].get(source) ?? 0) + change
    if (now > 0) counts![kind].set(source, now)
    else counts![kind].delete(source)
  }
}

function sourcesOf({ publisher, neighborhood }: Stored): string[] {
  return neighborhood === null ? [`p${publisher}`] : [`p${publisher}`, `n${neighborhood}`]
}

function markOf(key: Uint8Array): number {
  return numberOf(wordMark(key))
}

/** The first 48 bits of a mark. */
function numberOf(mark: Uint8Array): number {
  return readU32(mark, 0) * 2 ** 16 + (mark[4]! * 256 + mark[5]!)
}
