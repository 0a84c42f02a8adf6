import type { Clock } from '@shoal/torrent'
import { latin1, sharedBits } from '@shoal/torrent/base'
import {
  decodeEntry,
  entryWords,
  isCurrent,
  isKeyword,
  type SignedEntry,
  verifyEntry,
} from '../entries/entry.ts'
import { type Filters, matchScore, passesFilters } from '../entries/match.ts'
import type { IndexAnswer, IndexClient } from '../indexing/client.ts'
import {
  type IndexRequest,
  MAX_ENTRIES,
  MAX_QUERY_WORDS,
  type Reference,
  wordMark,
} from '../indexing/messages.ts'
import { type Contact, keyOf, neighborhoodOf } from '../kad/contact.ts'
import type { KadNode } from '../kad/kad-node.ts'
import { lookup } from '../kad/lookup.ts'
import { keywordKey } from '../keys.ts'
import { isConfirmed, PAGE_SIZE, rankRows, type SearchRow } from './ranking.ts'

/** Most messages of one search. */
const MAX_MESSAGES = 60
/** Most results of a search. */
const MAX_RESULTS = 500
/**
 * Number of index nodes whose answers suffice: with a fifth of them hostile, the honest ones are
 * still the majority.
 */
export const WANTED_ANSWERS = 20
/**
 * Further nodes are queried while about half of them name an entry of the first page, that is, a
 * fraction in this range.
 */
const CLOSE = [0.35, 0.6] as const
/** Answers before the first entries are requested. */
const FIRST_ANSWERS = 8
/**
 * Number of words, the longest ones, for which entry counts are requested, and the limits per word.
 */
const COUNTED_WORDS = 3
const COUNT_ANSWERS = 3
const COUNT_MESSAGES = 9
/** Most entry counts kept in the cache. */
const MAX_COUNTS = 1000
const PARALLEL_FETCHES = 4
/**
 * Entries of a word from one publisher at an index node: this many more are requested if any
 * publishers are blocked.
 */
const PLACES_OF_PUBLISHER = 100
/** Messages reserved for retries. */
const SPARE_MESSAGES = 3
/**
 * Number of answers from index nodes above which their count of a word is trusted over the count
 * requested beforehand.
 */
const SURE_ANSWERS = 5

export interface SearchQuery {
  /** Words that results must have, as `splitWords` returns them. */
  readonly words: readonly string[]
  /** Words that results must not have. */
  readonly without?: readonly string[]
  readonly filters?: Filters
}

export interface SearchOptions {
  /** Default 100; at most 500. */
  readonly limit?: number
  /**
   * Receives all results so far in order, and the number of entries of blocked publishers, whenever
   * either changes.
   */
  readonly onRows?: (rows: readonly SearchRow[], hidden: number) => void
  /**
   * Receives the number of index nodes that answered with any entries, whenever it grows: about
   * `WANTED_ANSWERS` in large networks, fewer in small ones.
   */
  readonly onAnswers?: (answers: number) => void
  /** Returns the trust in a publisher (Ed25519, 32 bytes), -1 to 1. */
  readonly trust?: (publisher: Uint8Array) => number
  /**
   * Returns whether to hide a publisher's entries. Pass it only if any publisher is blocked:
   * answers are longer then.
   */
  readonly isBlocked?: (publisher: Uint8Array) => boolean
  readonly signal?: AbortSignal
}

export interface SearchResult {
  readonly rows: readonly SearchRow[]
  /** Number of blocked publishers' entries that would be among the results. */
  readonly hidden: number
  /** Whether the word has more entries than its index nodes store. */
  readonly isPartial: boolean
  readonly messages: number
}

export interface NetworkSearchOptions {
  readonly kad: KadNode
  readonly client: IndexClient
  readonly clock: Clock
  /** This node's own index, which is queried, too. */
  readonly server: boolean
}

/**
 * Searches the network: queries the index nodes of the query's rarest word, then verifies, merges
 * and ranks the entries that they name.
 */
export class NetworkSearch {
  readonly #options: NetworkSearchOptions
  /** Entry counts of words from earlier searches, by key, the latest last. */
  readonly #counts = new Map<string, number>()

  constructor(options: NetworkSearchOptions) {
    this.#options = options
  }

  /** Rejects only with the signal's reason. A query without words has no results. */
  async search(query: SearchQuery, options: SearchOptions = {}): Promise<SearchResult> {
    const words = [...new Set(query.words)].filter(isKeyword).slice(0, MAX_QUERY_WORDS)
    const run = new SearchRun({ ...query, words }, options, this.#options, this.#counts)
    const result = words.length > 0 ? await run.run() : { rows: [], hidden: 0, isPartial: false, messages: 0 }
    while (this.#counts.size > MAX_COUNTS) this.#counts.delete(this.#counts.keys().next().value!)
    return result
  }
}

/** An entry, with the index nodes that named it. */
interface Named {
  readonly reference: Reference
  readonly name: string
  readonly by: Set<Node>
  /** The /24s and /48s of those nodes. */
  readonly networks: Set<string>
  /** Sum of its places in the answers. */
  places: number
  signed: SignedEntry | null
  match: number
  isPending: boolean
}

interface Node {
  readonly contact: Contact
  hasFailed: boolean
  isBusy: boolean
}

class SearchRun {
  readonly #query: Required<SearchQuery>
  readonly #options: SearchOptions
  readonly #network: NetworkSearchOptions
  readonly #counts: Map<string, number>
  readonly #limit: number
  /** Most entries that an index node may name. */
  readonly #namedLimit: number
  /** Number of leading bits that the nodes of a word share with its key; null while unknown. */
  readonly #bits: number | null
  readonly #named = new Map<string, Named>()
  /** Networks of the index nodes that named any entries. */
  readonly #answers = new Set<string>()
  #partial = 0
  /** Number of entries of blocked publishers. */
  #hidden = 0
  #messages = 0
  #fetching = 0
  #endFetching: (() => void) | undefined
  #isWalking = true

  constructor(
    query: SearchQuery,
    options: SearchOptions,
    network: NetworkSearchOptions,
    counts: Map<string, number>,
  ) {
    this.#query = { without: [], filters: {}, ...query }
    this.#options = options
    this.#network = network
    this.#counts = counts
    this.#limit = Math.min(MAX_RESULTS, options.limit ?? 100)
    this.#namedLimit = Math.min(MAX_RESULTS, this.#limit + (options.isBlocked ? PLACES_OF_PUBLISHER : 0))
    this.#bits = network.kad.regionBits
  }

  async run(): Promise<SearchResult> {
    const words = await this.#rarestFirst()
    for (const [at, { key }] of words.entries()) {
      const next = words[at + 1]?.count ?? Number.POSITIVE_INFINITY
      if (await this.#walk(key, next)) break
    }
    this.#isWalking = false
    this.#fetch()
    if (this.#fetching > 0)
      await new Promise<void>(resolve => {
        this.#endFetching = resolve
      })
    this.#options.signal?.throwIfAborted()
    const rows = this.#rows().slice(0, this.#limit)
    return {
      ...{ rows, hidden: this.#hidden },
      isPartial: this.#partial > this.#answers.size / 2,
      messages: this.#messages,
    }
  }

  /** Returns the words to query, with their entry counts, the rarest first. */
  async #rarestFirst(): Promise<{ key: Uint8Array; count: number }[]> {
    const keys = this.#query.words.toSorted((a, b) => b.length - a.length).map(keywordKey)
    if (keys.length === 1) return [{ key: keys[0]!, count: 0 }]
    const counts = await Promise.all(
      keys.slice(0, COUNTED_WORDS).map(async key => {
        const count = this.#counts.get(latin1(key)) ?? (await this.#count(key))
        return { key, count }
      }),
    )
    return counts.sort((a, b) => a.count - b.count)
  }

  /** Returns the median number of entries that some index nodes of a word report. */
  async #count(key: Uint8Array): Promise<number> {
    const totals: number[] = []
    let asked = 0
    await this.#lookup({
      key,
      parallel: 1,
      limit: 0,
      mayAsk: () => asked++ < COUNT_MESSAGES,
      onAnswer: ({ from, response }) => {
        if (this.#isHome(key, from)) totals.push(response.total)
        return totals.length >= COUNT_ANSWERS
      },
    })
    return totals.length > 0 ? median(totals) : Number.POSITIVE_INFINITY
  }

  /**
   * Queries the index nodes of a word. Returns false if they agree that it has more entries than
   * they store, and more than the next word, `nextCount`: a few hostile nodes can make a frequent
   * word look rare.
   */
  async #walk(key: Uint8Array, nextCount: number): Promise<boolean> {
    const totals: number[] = []
    let partial = 0
    let isUsable = true
    await this.#lookup({
      key,
      parallel: 3,
      limit: this.#namedLimit,
      mayAsk: () => this.#messages < MAX_MESSAGES - this.#reserved(),
      onAnswer: answer => {
        const { references, total, isPartial } = answer.response
        if (!this.#isHome(key, answer.from)) return false
        totals.push(total)
        if (isPartial) partial++
        const isComplete = partial <= totals.length / 2
        isUsable = totals.length < SURE_ANSWERS || isComplete || median(totals) <= nextCount
        if (!isUsable) return true
        if (references.length === 0) return this.#isDecided()
        this.#add(answer)
        if (this.#answers.size === FIRST_ANSWERS) this.#fetch()
        return this.#isDecided()
      },
    })
    if (totals.length > 0) {
      this.#counts.delete(latin1(key))
      this.#counts.set(latin1(key), median(totals))
    }
    if (isUsable) return true
    this.#named.clear()
    this.#answers.clear()
    this.#partial = 0
    return false
  }

  /** Returns whether enough index nodes answered, and agree on the first page. */
  #isDecided(): boolean {
    const answers = this.#answers.size
    if (answers < WANTED_ANSWERS) return false
    for (const { networks, places, by } of this.#named.values()) {
      const part = networks.size / answers
      if (part >= CLOSE[0] && part <= CLOSE[1] && places / by.size < PAGE_SIZE) return false
    }
    return true
  }

  /** Returns the number of messages reserved for requesting the entries named so far. */
  #reserved(): number {
    return Math.ceil(Math.min(this.#limit, this.#named.size) / MAX_ENTRIES) + SPARE_MESSAGES
  }

  async #lookup(options: {
    readonly key: Uint8Array
    readonly parallel: number
    readonly limit: number
    mayAsk(): boolean
    onAnswer(answer: IndexAnswer): boolean
  }): Promise<void> {
    const { key, parallel, limit, mayAsk, onAnswer } = options
    const { kad, clock, server } = this.#network
    const { words, without, filters } = this.#query
    const others = words.map(keywordKey).filter(other => latin1(other) !== latin1(key))
    const request: IndexRequest = {
      type: 'find',
      key,
      words: others.map(wordMark),
      without: without.map(keywordKey).map(wordMark).slice(0, MAX_QUERY_WORDS),
      filters,
      limit,
    }
    const { signal } = this.#options
    if (server && this.#isHome(key, kad.self)) {
      // Other nodes have it, too.
      const own = await this.#ask(kad.self, request, signal).catch(() => null)
      signal?.throwIfAborted()
      if (own && onAnswer(own)) return
    }
    await lookup({
      target: keyOf(key),
      ownKey: kad.key,
      clock,
      parallel,
      start: kad.nearest(key),
      ...(this.#bits === null ? {} : { regionBits: this.#bits }),
      ask: async (contact, ended) => {
        if (!mayAsk()) throw new Error('The search sent enough messages')
        return this.#ask(contact, request, ended)
      },
      onResponse: onAnswer,
      ...(signal ? { signal } : {}),
    })
  }

  #ask(contact: Contact, request: IndexRequest, signal?: AbortSignal): Promise<IndexAnswer> {
    const { kad, client } = this.#network
    if (contact.key !== kad.key) this.#messages++
    return client.ask(contact, request, signal)
  }

  /** Returns whether a node is one that stores the entries of a key. */
  #isHome(key: Uint8Array, contact: Contact): boolean {
    return sharedBits(keyOf(key), contact.key) >= (this.#bits ?? 0)
  }

  #add({ from, response }: IndexAnswer): void {
    const node: Node = { contact: from, hasFailed: false, isBusy: false }
    const network = neighborhoodOf(from) ?? latin1(from.id)
    if (!this.#answers.has(network)) {
      this.#answers.add(network)
      this.#options.onAnswers?.(this.#answers.size)
    }
    if (response.isPartial) this.#partial++
    for (const [place, reference] of response.references.slice(0, this.#namedLimit).entries()) {
      const name = latin1(reference.id)
      const named = this.#named.get(name) ?? {
        reference,
        name,
        by: new Set(),
        networks: new Set(),
        places: 0,
        signed: null,
        match: 0,
        isPending: false,
      }
      this.#named.set(name, named)
      named.by.add(node)
      named.networks.add(network)
      named.places += place
    }
  }

  /**
   * Requests missing entries, those that most nodes rank best first; during the walk only those of
   * the first page.
   */
  #fetch(): void {
    const all = [...this.#named.values()].sort((a, b) => this.#byPlace(a, b))
    const wanted = all
      .slice(0, (this.#isWalking ? PAGE_SIZE : this.#limit) + this.#hidden)
      .filter(({ signed, isPending }) => !signed && !isPending)
    while (wanted.length > 0 && this.#fetching < PARALLEL_FETCHES && this.#messages < MAX_MESSAGES) {
      const first = wanted[0]!
      const ready = [...first.by].filter(node => !node.hasFailed && !node.isBusy)
      if (ready.length === 0) {
        wanted.shift()
        continue
      }
      const covered = (node: Node) => wanted.filter(({ by }) => by.has(node)).length
      const node = ready.reduce((best, other) => (covered(other) > covered(best) ? other : best))
      const batch = wanted.filter(({ by }) => by.has(node)).slice(0, MAX_ENTRIES)
      for (const named of batch) wanted.splice(wanted.indexOf(named), 1)
      this.#get(node, batch)
    }
  }

  #byPlace(a: Named, b: Named): number {
    const answers = this.#answers.size
    const isConfirmedBoth = ({ networks }: Named) => Number(isConfirmed(networks.size, answers))
    return isConfirmedBoth(b) - isConfirmedBoth(a) || a.places / a.by.size - b.places / b.by.size
  }

  async #get(node: Node, batch: readonly Named[]): Promise<void> {
    this.#fetching++
    node.isBusy = true
    for (const named of batch) named.isPending = true
    const references = batch.map(({ reference }) => reference)
    const answer = await this.#ask(node.contact, { type: 'get', references }, this.#options.signal).catch(
      () => null,
    )
    for (const named of batch) named.isPending = false
    const had = this.#rows().length + this.#hidden
    for (const bytes of answer?.response.entries ?? []) if (!this.#take(node, batch, bytes)) break
    node.isBusy = false
    // A node that does not deliver what it named is not used again; the other nodes are asked
    // instead.
    if (batch.some(({ signed }) => !signed)) node.hasFailed = true
    this.#fetching--
    if (this.#options.signal?.aborted) return this.#endFetching?.()
    const rows = this.#rows()
    if (rows.length + this.#hidden > had) this.#options.onRows?.(rows.slice(0, this.#limit), this.#hidden)
    if (!this.#isWalking) this.#fetch()
    if (this.#fetching === 0) this.#endFetching?.()
  }

  /** Accepts an entry from a node. Returns false if the node is no longer trusted. */
  #take(node: Node, batch: readonly Named[], bytes: Uint8Array): boolean {
    const { client, clock } = this.#network
    const refuse = (reason: 'forged' | 'unasked' | 'bad-message') => {
      node.hasFailed = true
      client.report(node.contact, reason)
      return false
    }
    let signed: SignedEntry
    try {
      signed = decodeEntry(bytes)
    } catch {
      return refuse('bad-message')
    }
    const name = latin1(signed.id)
    const named = batch.find(other => other.name === name)
    if (!named || named.signed) return refuse('unasked')
    if (signed.entry.sequence < named.reference.sequence) return refuse('unasked')
    if (!verifyEntry(signed)) return refuse('forged')
    const match = isCurrent(signed.entry, clock.unixMs() / 1000) ? this.#match(signed) : null
    if (match === null) return refuse('unasked')
    named.match = match
    named.signed = signed
    return true
  }

  /**
   * Returns how well an entry matches, or null if it does not match the query: index nodes see only
   * word marks, and may lie.
   */
  #match({ entry }: SignedEntry): number | null {
    const { words, without } = this.#query
    // Nodes of other versions may know other kinds; `#rows` drops those.
    const { kind: _, ...filters } = this.#query.filters
    const { places, titleWords } = entryWords(entry)
    const found = words.map(word => places.get(word))
    if (found.includes(undefined) || without.some(word => places.has(word))) return null
    return passesFilters(entry, filters) ? matchScore(found as number[], titleWords) : null
  }

  #rows(): SearchRow[] {
    const rows: SearchRow[] = []
    const { trust: trustIn, isBlocked } = this.#options
    this.#hidden = 0
    for (const { signed, match, networks } of this.#named.values()) {
      if (!signed || !passesFilters(signed.entry, this.#query.filters)) continue
      const { publisher } = signed.entry
      if (isBlocked?.(publisher)) {
        this.#hidden++
        continue
      }
      const trust = trustIn?.(publisher) ?? 0
      rows.push({
        signed,
        match,
        confirmed: isConfirmed(networks.size, this.#answers.size),
        seeds: null,
        trust: Math.max(-1, Math.min(1, trust)),
        alsoPublishedBy: 0,
      })
    }
    return rankRows(rows)
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
