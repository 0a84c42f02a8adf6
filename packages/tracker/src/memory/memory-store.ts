import { randomFillSync } from 'node:crypto'
import { halfSip } from '../base/siphash.ts'
import {
  type Announce,
  EVENT,
  FAMILY,
  type Family,
  type StoreStats,
  type SwarmCounts,
  type SwarmStore,
} from '../store.ts'
import { Arena } from './arena.ts'
import { choosePeers } from './choose.ts'
import { GrowingWords } from './growing-words.ts'
import { HashTable } from './hash-table.ts'
import { LIST_WORDS, PeerLists } from './peer-lists.ts'
import { PeerShares, peersPerAddressFor } from './peer-shares.ts'

export interface MemoryStoreOptions {
  /** Time after its last announce when a peer expires: 8 s to 24 h. Default 45 min. */
  readonly expirySeconds?: number
  /** Peers in all. Default 5 million, about 200 MB. */
  readonly maxPeers?: number
  /** Default: as many as peers up to 2 million, and two for five peers beyond 5 million. */
  readonly maxSwarms?: number
  /** Peers per address, or per /64 of IPv6; 0 for no limit. Does not apply to this machine. Default: see `peersPerAddressFor`. */
  readonly peersPerAddress?: number
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number
}

const TICK_MS = 4000
const TICK_MASK = 0xffff
/** A caller gets the same peers for 2 ^ this many ticks. */
const SAME_TICKS_SHIFT = 3
/** Calls of `sweep` until every swarm was checked once. */
const SWEEPS = 60
/** Swarms that one announce looks at to find an empty one that can go. */
const MAX_CHECKED = 32
const FULL = 'The tracker is full: try again later'
const TOO_MANY = 'Your address has too many peers on this tracker: try again later'
const FULL_RETRY_SECONDS = 1800

/** Words of a row: five of info hash, downloads, tick of the last announce, and a list head per address family. */
const ROW_WORDS = 16
const [DOWNLOADS, TICK, LISTS] = [5, 6, 7] as const

/** Keeps all swarms in memory, in a few arrays of numbers: about 30 bytes per peer. All calls are synchronous. */
export class MemoryStore implements SwarmStore {
  readonly #expiryTicks: number
  readonly #maxPeers: number
  readonly #maxSwarms: number
  readonly #shares: PeerShares
  readonly #nowMs: () => number
  readonly #key = randomFillSync(new Int32Array(2))
  readonly #table = new HashTable(this.#key)
  readonly #arena = new Arena()
  readonly #lists: readonly PeerLists[] = [1, 4, 1].map(width => new PeerLists(this.#arena, width, this.#key))
  readonly #allRows = new GrowingWords()
  #rows = this.#allRows.words
  /** The end of the rows that were ever used, and the first of those that are free again. */
  #rowsEnd = 0
  #freeRow = -1
  #swarms = 0
  readonly #peers: [number, number, number] = [0, 0, 0]
  #seeds = 0
  #cursor = 0
  #dropCursor = 0

  constructor(options: MemoryStoreOptions = {}) {
    const { expirySeconds = 45 * 60, maxPeers = 5_000_000 } = options
    if (!(expirySeconds >= 8 && expirySeconds <= 86_400))
      throw new RangeError('expirySeconds must be 8 to 86400')
    this.#expiryTicks = Math.ceil((expirySeconds * 1000) / TICK_MS)
    this.#maxPeers = maxPeers
    this.#maxSwarms = options.maxSwarms ?? maxSwarmsFor(maxPeers)
    this.#shares = new PeerShares(options.peersPerAddress ?? peersPerAddressFor(maxPeers))
    this.#nowMs = options.nowMs ?? (() => performance.now())
  }

  announce(announce: Announce): void {
    announce.failure = ''
    announce.peerCount = 0
    let row = this.#table.find(announce.hash, this.#rows, ROW_WORDS)
    if (announce.event === EVENT.stopped) {
      if (row >= 0) this.#forget(announce, row)
    } else {
      const isNew = row < 0
      if (isNew) row = this.#addSwarm(announce.hash)
      if (row < 0) return refuse(announce, FULL)
      const failure = this.#record(announce, row)
      if (failure !== '') {
        if (isNew) this.#removeSwarm(row)
        return refuse(announce, failure)
      }
    }
    this.#count(announce, row)
  }

  scrape(counts: SwarmCounts): void {
    const row = this.#table.find(counts.hash, this.#rows, ROW_WORDS)
    counts.found = row >= 0
    this.#count(counts, row)
  }

  sweep(): void {
    const share = Math.ceil(this.#rowsEnd / SWEEPS)
    const tick = this.#tick()
    for (let done = 0; done < share; done++) {
      if (this.#cursor >= this.#rowsEnd) this.#cursor = 0
      this.#sweepRow(this.#cursor++, tick)
    }
  }

  stats(): StoreStats {
    const peers = this.#peers[0] + this.#peers[1] + this.#peers[2]
    return {
      swarms: this.#swarms,
      seeds: this.#seeds,
      leeches: peers - this.#seeds,
      peersByFamily: [...this.#peers],
      reservedBytes: this.#arena.reservedBytes + this.#table.reservedBytes + this.#rows.byteLength,
    }
  }

  close(): void {}

  get #isFull(): boolean {
    return this.#peers[0] + this.#peers[1] + this.#peers[2] >= this.#maxPeers
  }

  /** Adds or renews the peer and chooses peers for it. Returns why it could not, or an empty text. */
  #record(announce: Announce, row: number): string {
    const { family, address, port, isSeed, event } = announce
    const lists = this.#lists[family]!
    const rows = this.#rows
    const head = row * ROW_WORDS + LISTS + family * LIST_WORDS
    const tick = this.#tick()
    let position = lists.find(rows, head, address, port)
    const wasSeed = position >= 0 && position < lists.seeds(rows, head)
    if (position < 0) {
      if (this.#isFull) return FULL
      if (!this.#shares.take(family, address)) return TOO_MANY
      position = lists.add(rows, head, address, port, tick, isSeed)
      if (position < 0) {
        this.#shares.give(family, address)
        return FULL
      }
      this.#peers[family]++
    } else {
      lists.arena.words[lists.at(rows, head, position) + lists.width] = (port << 16) | tick
      if (isSeed !== wasSeed)
        position = isSeed ? lists.promote(rows, head, position) : lists.demote(rows, head, position)
    }
    if (isSeed !== wasSeed) this.#seeds += isSeed ? 1 : -1
    rows[row * ROW_WORDS + TICK] = tick
    // BEP 3: the event is sent once, by peers that did not start as seeds.
    if (event === EVENT.completed && isSeed && !wasSeed) rows[row * ROW_WORDS + DOWNLOADS]! += 1
    choosePeers(lists, rows, head, announce, position, this.#seedFor(announce, tick))
    return ''
  }

  #seedFor({ address, port, hash, family }: Announce, tick: number): number {
    const { width } = this.#lists[family]!
    return halfSip(
      this.#key[0]! ^ port,
      this.#key[1]! ^ (tick >>> SAME_TICKS_SHIFT) ^ hash[0]!,
      address,
      0,
      width,
    )
  }

  #forget(announce: Announce, row: number): void {
    const { family, address, port } = announce
    const head = row * ROW_WORDS + LISTS + family * LIST_WORDS
    const position = this.#lists[family]!.find(this.#rows, head, address, port)
    if (position >= 0) this.#remove(family, head, position)
  }

  #remove(family: Family, head: number, position: number): void {
    const lists = this.#lists[family]!
    if (position < lists.seeds(this.#rows, head)) this.#seeds--
    this.#shares.give(family, lists.arena.words, lists.at(this.#rows, head, position))
    lists.remove(this.#rows, head, position)
    this.#peers[family]!--
  }

  #count(into: Announce | SwarmCounts, row: number): void {
    into.seeds = 0
    into.leeches = 0
    into.downloads = 0
    if (row < 0) return
    const base = row * ROW_WORDS
    let count = 0
    for (let family = 0; family <= FAMILY.web; family++) {
      const head = base + LISTS + family * LIST_WORDS
      count += this.#lists[family]!.count(this.#rows, head)
      into.seeds += this.#lists[family]!.seeds(this.#rows, head)
    }
    into.leeches = count - into.seeds
    into.downloads = this.#rows[base + DOWNLOADS]!
  }

  #addSwarm(hash: Int32Array): number {
    if (this.#isFull || (this.#swarms >= this.#maxSwarms && !this.#dropEmptySwarm())) return -1
    const row = this.#takeRow()
    if (row < 0) return -1
    const base = row * ROW_WORDS
    this.#rows.fill(0, base, base + ROW_WORDS)
    this.#rows.set(hash, base)
    this.#table.add(row, this.#rows, ROW_WORDS)
    this.#swarms++
    return row
  }

  /** Makes room for another swarm. Looks at a few only, and continues with the next ones at the next call. */
  #dropEmptySwarm(): boolean {
    for (let checked = 0; checked < MAX_CHECKED; checked++) {
      if (this.#dropCursor >= this.#rowsEnd) this.#dropCursor = 0
      const row = this.#dropCursor++
      if (this.#rows[row * ROW_WORDS + TICK] === FREE || this.#hasPeers(row)) continue
      this.#removeSwarm(row)
      return true
    }
    return false
  }

  #hasPeers(row: number): boolean {
    for (let family = 0; family <= FAMILY.web; family++)
      if (this.#lists[family]!.count(this.#rows, row * ROW_WORDS + LISTS + family * LIST_WORDS) > 0)
        return true
    return false
  }

  /** Returns -1 if memory is exhausted. */
  #takeRow(): number {
    if (this.#freeRow >= 0) {
      const row = this.#freeRow
      this.#freeRow = this.#rows[row * ROW_WORDS]!
      return row
    }
    if ((this.#rowsEnd + 1) * ROW_WORDS > this.#rows.length) {
      if (!this.#allRows.grow((this.#rowsEnd + 1) * ROW_WORDS)) return -1
      this.#rows = this.#allRows.words
    }
    return this.#rowsEnd++
  }

  #sweepRow(row: number, tick: number): void {
    const base = row * ROW_WORDS
    // Free rows have a tick that no swarm has.
    if (this.#rows[base + TICK] === FREE) return
    let left = 0
    for (let family = 0; family <= FAMILY.web; family++) {
      const lists = this.#lists[family]!
      const head = base + LISTS + family * LIST_WORDS
      for (let position = lists.count(this.#rows, head) - 1; position >= 0; position--) {
        const seen = lists.arena.words[lists.at(this.#rows, head, position) + lists.width]! & TICK_MASK
        if (((tick - seen) & TICK_MASK) > this.#expiryTicks) this.#remove(family as Family, head, position)
      }
      left += lists.count(this.#rows, head)
    }
    // The download count is kept for a while after the last peer has gone, unless the room is needed.
    if (left === 0 && ((tick - this.#rows[base + TICK]!) & TICK_MASK) > this.#expiryTicks)
      this.#removeSwarm(row)
  }

  #removeSwarm(row: number): void {
    this.#table.remove(row, this.#rows, ROW_WORDS)
    this.#rows[row * ROW_WORDS] = this.#freeRow
    this.#rows[row * ROW_WORDS + TICK] = FREE
    this.#freeRow = row
    this.#swarms--
  }

  #tick(): number {
    return Math.floor(this.#nowMs() / TICK_MS) & TICK_MASK
  }
}

const FREE = -1

function maxSwarmsFor(maxPeers: number): number {
  return Math.min(maxPeers, Math.max(2_000_000, Math.ceil(maxPeers * 0.4)))
}

function refuse(announce: Announce, failure: string): void {
  announce.failure = failure
  announce.retryInSeconds = FULL_RETRY_SECONDS
}
