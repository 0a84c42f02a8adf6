/**
 * The network's search in virtual time: index nodes, entries with Zipf-distributed words, one word
 * in a fifth of them. The store of a node is filled as after publishing, but only for queried words
 * and on their first query: filling everything would take hours.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import {
  type Entry,
  type EntrySigner,
  MAX_ENTRY_LIFE_SECONDS,
  type SignedEntry,
  signEntry,
} from '../packages/network/src/entries/entry.ts'
import { matchScore } from '../packages/network/src/entries/match.ts'
import { decodeRequest, encodeResponse, type Reference } from '../packages/network/src/indexing/messages.ts'
import { keyOf, neighborhoodOf } from '../packages/network/src/kad/contact.ts'
import { keywordKey } from '../packages/network/src/keys.ts'
import { PAGE_SIZE, rankRows, type SearchRow } from '../packages/network/src/search/ranking.ts'
import { SimIndex, type SimIndexNode } from '../packages/network/src/search/testing/sim-index.ts'
import { latin1 } from '../packages/torrent/src/base/bytes.ts'
import { type Random, seededRandom } from '../packages/torrent/src/base/random.ts'
import { sharedBits } from '../packages/torrent/src/base/xor-distance.ts'

export interface SearchSimOptions {
  readonly nodes: number
  readonly entries: number
  /** Number of queries of each kind. */
  readonly queries: number
  readonly seed: number
  /** Share of nodes that list and deliver spam, and name each other as closer nodes. */
  readonly hostilePart: number
  /** One-way latency of a message. */
  readonly latencyMs: number
}

export interface QueryOutcome {
  readonly words: readonly string[]
  /** Number of entries with the rarest word, and of matching entries. */
  readonly rarest: number
  readonly matches: number
  readonly messages: number
  readonly ms: number
  /** Share of matches that were found, of at most 500. */
  readonly recall: number
  /** Share of the true first page that is on the first page. */
  readonly pageRecall: number
  /** Number of correct results that hostile nodes displaced from the first page. */
  readonly pushedOff: number
  /** Number of spam results above the last correct one of the first page. */
  readonly spamAbove: number
}

const HOT = 'film'
const HOT_PART = 0.2
const VOCABULARY = 200_000
/**
 * Flattens the top of the distribution: the most frequent word except `film` is in 3 % of the
 * entries.
 */
const ZIPF_OFFSET = 20
const PUBLISHERS = 20_000
/**
 * Percentage of entries that an index node lacks although it was there when they were published.
 */
const MISSED_PERCENT = 3
/** Number of entries per word that stores are filled with: more than they keep. */
const FILLED = 3000
const SPAM = 30

export async function searchSimulation(options: SearchSimOptions): Promise<QueryOutcome[]> {
  const sim = new SearchSimulation(options)
  return sim.run()
}

class SearchSimulation {
  readonly #options: SearchSimOptions
  readonly #random: Random
  readonly #made: SimIndex
  readonly #library: Library
  readonly #hostile: ReadonlySet<SimIndexNode>
  readonly #words = new Map<string, number>()
  readonly #filled = new Set<string>()
  #isHostile = false
  #spam: SignedEntry[] = []

  constructor(options: SearchSimOptions) {
    this.#options = options
    const { nodes, seed, latencyMs, hostilePart } = options
    this.#random = seededRandom(seed)
    this.#made = new SimIndex({ seed, nodes, latencyMs, limits: { entries: 1_000_000 } })
    this.#library = new Library(options, this.#made.clock.unixMs() / 1000)
    const { indexNodes } = this.#made
    this.#hostile = new Set(indexNodes.slice(0, Math.floor(hostilePart * nodes)))
    for (const node of indexNodes) {
      const honest = node.respondIndex!
      node.respondIndex = (from, message) => {
        if (this.#isHostile && this.#hostile.has(node)) return this.#lie(message)
        this.#fill(node, message)
        return honest(from, message)
      }
    }
  }

  async run(): Promise<QueryOutcome[]> {
    const outcomes: QueryOutcome[] = []
    for (const words of this.#queries()) outcomes.push(await this.#query(words))
    return outcomes
  }

  /**
   * Single words from the most frequent to the rarest, and pairs and triples of words of one entry.
   */
  #queries(): number[][] {
    const { queries } = this.#options
    const [library, random] = [this.#library, this.#random]
    const several = (count: number): number[] => {
      const words = library.wordNumbers(random.below(this.#options.entries))
      return words.length >= count ? words.slice(0, count) : several(count)
    }
    return [
      [0],
      ...Array.from({ length: queries }, (_, i) => [1 + Math.floor(300 ** (i / queries))]),
      ...Array.from({ length: queries }, () =>
        library.wordNumbers(random.below(this.#options.entries)).slice(-1),
      ),
      ...Array.from({ length: queries }, () => several(2)),
      ...Array.from({ length: queries }, () => several(3)),
    ]
  }

  async #query(words: readonly number[]): Promise<QueryOutcome> {
    const names = words.map(wordName)
    for (const word of words) this.#words.set(latin1(keywordKey(wordName(word))), word)
    const spammers = this.#library.spammer
    this.#spam = Array.from({ length: SPAM }, (_, i) => this.#library.spam(names.join(' '), spammers(), i))
    const matches = this.#library.matching(words)
    const truth = rankRows(matches.slice(0, FILLED).map(number => rowOf(this.#library.entry(number), names)))
    const right = new Set(matches.slice(0, FILLED).map(number => latin1(this.#library.entry(number).id)))
    const page = truth.slice(0, PAGE_SIZE).map(nameOf)
    const calm = await this.#search(names, false)
    const attacked = await this.#search(names, true)
    const pageOf = (rows: readonly SearchRow[]) => new Set(rows.slice(0, PAGE_SIZE).map(nameOf))
    const [calmPage, attackedPage] = [pageOf(calm.rows), pageOf(attacked.rows)]
    const order = attacked.rows.slice(0, PAGE_SIZE).map(row => right.has(nameOf(row)))
    return {
      words: names,
      rarest: Math.min(...words.map(word => this.#library.count(word))),
      matches: matches.length,
      messages: Math.max(calm.messages, attacked.messages),
      ms: attacked.ms,
      recall:
        attacked.rows.filter(row => right.has(nameOf(row))).length /
        Math.max(1, Math.min(500, matches.length)),
      pageRecall: page.filter(name => attackedPage.has(name)).length / Math.max(1, page.length),
      pushedOff: page.filter(name => calmPage.has(name) && !attackedPage.has(name)).length,
      spamAbove: order.slice(0, order.lastIndexOf(true) + 1).filter(isRight => !isRight).length,
    }
  }

  async #search(words: readonly string[], isHostile: boolean) {
    this.#isHostile = isHostile
    const { indexNodes, clock } = this.#made
    const honest = indexNodes.slice(this.#hostile.size)
    const seeker = honest[this.#random.below(honest.length)]!
    const startMs = clock.nowMs()
    const { rows, messages } = await this.#made.run(seeker.search.search({ words }, { limit: 500 }))
    return { rows, messages, ms: clock.nowMs() - startMs }
  }

  /** Fills a node's store with the entries of a queried word, if it is in the word's region. */
  #fill(node: SimIndexNode, message: Uint8Array): void {
    const request = decodeRequest(message)
    if (request.type !== 'find') return
    const word = this.#words.get(latin1(request.key))
    const name = `${latin1(node.contact.id)} ${word}`
    if (word === undefined || this.#filled.has(name)) return
    this.#filled.add(name)
    if (sharedBits(keyOf(request.key), node.contact.key) < (node.kad.regionBits ?? 0)) return
    const missed = seededRandom(node.contact.key[5]! * 65_536 + node.contact.key[6]! * 256 + word)
    const isWord = (key: Uint8Array) => latin1(key) === latin1(request.key)
    for (const number of this.#library.matching([word]).slice(0, FILLED)) {
      if (missed.below(100) < MISSED_PERCENT) continue
      // Other words of the entry that were queried at this node before stay listed.
      const kept = (key: Uint8Array) =>
        isWord(key) || this.#filled.has(`${latin1(node.contact.id)} ${this.#words.get(latin1(key))}`)
      const ip = this.#library.publisherIp(number)
      node.index.store.put(this.#library.entry(number), neighborhoodOf({ ip }), kept)
    }
  }

  #lie(message: Uint8Array): Uint8Array {
    const request = decodeRequest(message)
    if (request.type === 'get') {
      const wanted = new Set(request.references.map(({ id }) => latin1(id)))
      const entries = this.#spam.filter(({ id }) => wanted.has(latin1(id))).map(({ bytes }) => bytes)
      return encodeResponse({ entries })
    }
    if (request.type !== 'find') return encodeResponse({})
    const target = keyOf(request.key)
    const accomplices = [...this.#hostile]
      .map(({ contact }) => contact)
      .sort((a, b) => sharedBits(target, b.key) - sharedBits(target, a.key))
      .slice(0, 20)
    const references = this.#spam.map(({ id }): Reference => ({ id, sequence: 1 }))
    return encodeResponse({ closer: accomplices, references: request.limit > 0 ? references : [], total: 1 })
  }
}

function rowOf(signed: SignedEntry, words: readonly string[]): SearchRow {
  const title = signed.entry.title.split(' ')
  const match = matchScore(
    words.map(() => 0),
    title.length,
  )
  return { signed, match, confirmed: true, seeds: null, trust: 0, alsoPublishedBy: 0 }
}

function nameOf({ signed }: SearchRow): string {
  return latin1(signed.id)
}

function wordName(word: number): string {
  return word === 0 ? HOT : `w${word}`
}

/** Entries by number. Their titles have two to six words; a higher number is newer. */
class Library {
  readonly #entries: number
  readonly #seed: number
  readonly #nowSeconds: number
  /** Entries by word, in ascending order. */
  readonly #postings: Uint32Array
  readonly #starts: Uint32Array
  readonly #lengths: Uint8Array
  readonly #signed = new Map<number, SignedEntry>()
  readonly #publishers = new Map<number, EntrySigner>()
  readonly #best = new Map<number, readonly number[]>()
  #spammers = 0

  constructor({ entries, seed }: SearchSimOptions, nowSeconds: number) {
    this.#entries = entries
    this.#seed = seed
    this.#nowSeconds = Math.floor(nowSeconds)
    this.#lengths = new Uint8Array(entries)
    const counts = new Uint32Array(VOCABULARY + 2)
    for (let number = 0; number < entries; number++) {
      const words = this.wordNumbers(number)
      this.#lengths[number] = words.length
      for (const word of words) counts[word + 1]!++
    }
    for (let word = 0; word <= VOCABULARY; word++) counts[word + 1]! += counts[word]!
    this.#starts = counts.slice()
    this.#postings = new Uint32Array(counts[VOCABULARY + 1]!)
    for (let number = 0; number < entries; number++)
      for (const word of this.wordNumbers(number)) this.#postings[counts[word]!++] = number
  }

  /** The hot word comes first, if the entry contains it. */
  wordNumbers(number: number): number[] {
    const random = seededRandom(this.#seed * 7_919 + number)
    random.below(2)
    const words = new Set<number>(random.below(1000) < 1000 * HOT_PART ? [0] : [])
    const count = 2 + random.below(5)
    while (words.size < count) {
      const part = random.below(2 ** 30) / 2 ** 30
      words.add(
        1 + Math.floor(ZIPF_OFFSET * ((VOCABULARY + ZIPF_OFFSET) / ZIPF_OFFSET) ** part - ZIPF_OFFSET),
      )
    }
    return [...words]
  }

  count(word: number): number {
    return this.#starts[word + 1]! - this.#starts[word]!
  }

  /**
   * Entries with all words, best match first, then newest: titles with fewer words match better.
   */
  matching(words: readonly number[]): readonly number[] {
    const known = words.length === 1 ? this.#best.get(words[0]!) : undefined
    if (known) return known
    const rarest = words.toSorted((a, b) => this.count(a) - this.count(b))[0]!
    const all = [...this.#postings.subarray(this.#starts[rarest]!, this.#starts[rarest + 1]!)]
    const found = all.filter(
      number => words.length === 1 || words.every(word => this.wordNumbers(number).includes(word)),
    )
    found.sort((a, b) => this.#lengths[a]! - this.#lengths[b]! || b - a)
    if (words.length === 1) this.#best.set(words[0]!, found)
    return found
  }

  entry(number: number): SignedEntry {
    const known = this.#signed.get(number)
    if (known) return known
    const title = this.wordNumbers(number).map(wordName).join(' ')
    const made = this.#sign(title, number, this.#publisher(this.#publisherOf(number)), number)
    this.#signed.set(number, made)
    return made
  }

  publisherIp(number: number): Uint8Array {
    const publisher = this.#publisherOf(number)
    return Uint8Array.of(100 + (publisher >> 16), publisher >> 8, publisher, 1)
  }

  /** Returns a new key on each call. */
  readonly spammer = (): EntrySigner => this.#publisher(PUBLISHERS + this.#spammers++)

  spam(title: string, signer: EntrySigner, at: number): SignedEntry {
    return this.#sign(title, this.#entries + at, signer, this.#entries + this.#spammers)
  }

  /** A few publishers publish many entries. */
  #publisherOf(number: number): number {
    return Math.floor(PUBLISHERS ** (seededRandom(number).below(1_000_000) / 1_000_000)) - 1
  }

  #sign(title: string, age: number, signer: EntrySigner, hash: number): SignedEntry {
    const random = seededRandom(hash)
    const entry: Omit<Entry, 'publisher'> = {
      ...{ infoHashV1: null, infoHashV2: random.bytes(32), sequence: 1, title, thumbnail: null },
      ...{
        bytes: 1 + random.below(2 ** 31),
        fileCount: 1,
        files: [],
        tags: [],
        license: null,
        language: null,
      },
      expires: this.#nowSeconds + MAX_ENTRY_LIFE_SECONDS,
      published: this.#nowSeconds - this.#entries + Math.min(age, this.#entries),
    }
    return signEntry(entry, signer)
  }

  #publisher(number: number): EntrySigner {
    const known = this.#publishers.get(number)
    if (known) return known
    const seed = Buffer.alloc(32)
    seed.writeUInt32BE(number + 1)
    // RFC 8410: PKCS #8 prefix of an Ed25519 key.
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
    const signer = {
      publicKey: new Uint8Array(spki.subarray(-32)),
      sign: (message: Uint8Array) => new Uint8Array(sign(null, message, key)),
    }
    this.#publishers.set(number, signer)
    return signer
  }
}
