import { randomFillSync } from 'node:crypto'
import { halfSip } from '../base/siphash.ts'
import {
  type Announce,
  EVENT,
  FAMILY,
  type Family,
  type PeerChange,
  type StoreStats,
  type SwarmCounts,
  type SwarmSink,
  type SwarmStore,
} from '../store.ts'
import { Arena } from './arena.ts'
import { choosePeers } from './choose.ts'
import { LostPages } from './lost-pages.ts'
import { PeerLists } from './peer-lists.ts'
import { PeerShares, peersPerAddressFor } from './peer-shares.ts'
import { DOWNLOADS, FREE, headOf, ROW_WORDS, SwarmRows, TICK } from './swarm-rows.ts'

export interface MemoryStoreOptions {
  /** Time after its last announce at which a peer expires: 8 s to 24 h. Default 45 min. */
  readonly expirySeconds?: number
  /** Maximum number of peers. Default 5 million, about 200 MB. */
  readonly maxPeers?: number
  /**
   * Maximum number of swarms. Default: as many as peers up to 2 million, and two for five peers
   * beyond 5 million.
   */
  readonly maxSwarms?: number
  /**
   * Peers per address, or per /64 of IPv6; 0 for no limit. Does not apply to this machine. Default:
   * see `peersPerAddressFor`.
   */
  readonly peersPerAddress?: number
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number
}

const TICK_MS = 4000
const TICK_MASK = 0xffff
/** A caller gets the same peers for 2 ^ this many ticks. */
const SAME_TICKS_SHIFT = 3
/** Number of calls of `sweep` until every swarm was checked once. */
const SWEEPS = 60
/** Number of swarms that one announce checks to find an empty one to remove. */
const MAX_CHECKED = 32
/** Number of swarms that a reader visits in one turn. */
const MAX_READ = 20_000
const FULL = 'The tracker is full: try again later'
const TOO_MANY = 'Your address has too many peers on this tracker: try again later'
const FULL_RETRY_SECONDS = 1800

/**
 * The effect of an announce on its peer. An announce that repeats one of the same TICK_MS has none.
 */
export const CHANGE = { none: 0, present: 1, completed: 2, gone: 3 } as const
export type Change = (typeof CHANGE)[keyof typeof CHANGE]

/** A position in a store that is being read. */
interface Place {
  row: number
  family: number
  position: number
}

/**
 * Keeps all swarms in memory, in a few arrays of numbers: about 30 bytes per peer. All calls are
 * synchronous.
 */
export class MemoryStore implements SwarmStore {
  readonly lostPages = new LostPages(2 * SWEEPS)
  /** The effect of the last announce. Only the store sets it. */
  change: Change = CHANGE.none
  readonly #limits: { readonly expiryTicks: number; readonly maxPeers: number; readonly maxSwarms: number }
  readonly #shares: PeerShares
  readonly #nowMs: () => number
  readonly #key = randomFillSync(new Int32Array(2))
  readonly #rows = new SwarmRows(this.#key)
  readonly #arena = new Arena()
  readonly #lists: readonly PeerLists[] = [1, 4, 1].map(width => new PeerLists(this.#arena, width, this.#key))
  readonly #peers: [number, number, number] = [0, 0, 0]
  #seeds = 0
  #cursor = 0
  #dropCursor = 0
  #wasSeed = false

  constructor(options: MemoryStoreOptions = {}) {
    const { expirySeconds = 45 * 60, maxPeers = 5_000_000 } = options
    if (!(expirySeconds >= 8 && expirySeconds <= 86_400))
      throw new RangeError('expirySeconds must be 8 to 86400')
    this.#limits = {
      expiryTicks: Math.ceil((expirySeconds * 1000) / TICK_MS),
      maxPeers,
      maxSwarms: options.maxSwarms ?? maxSwarmsFor(maxPeers),
    }
    this.#shares = new PeerShares(options.peersPerAddress ?? peersPerAddressFor(maxPeers))
    this.#nowMs = options.nowMs ?? (() => performance.now())
  }

  announce(announce: Announce): void {
    announce.failure = ''
    announce.peerCount = 0
    this.change = CHANGE.none
    let row = this.#rows.find(announce.hash)
    if (announce.event === EVENT.stopped) {
      if (row >= 0) this.#forget(announce, row)
    } else {
      const isNew = row < 0
      if (isNew) row = this.#addSwarm(announce.hash)
      if (row < 0) return refuse(announce, FULL)
      const failure = this.#record(announce, row)
      if (failure !== '') {
        if (isNew) this.#rows.remove(row)
        return refuse(announce, failure)
      }
    }
    this.#count(announce, row)
  }

  /**
   * Applies a change that another process reports. Limits per address count such peers, but do not
   * refuse them. Returns false if there is no room.
   */
  apply(change: PeerChange): boolean {
    let row = this.#rows.find(change.hash)
    if (change.isGone) {
      if (row >= 0) this.#forget(change, row)
      return true
    }
    const { family, address, port, ageSeconds } = change
    const ageTicks = Math.round((ageSeconds * 1000) / TICK_MS)
    if (ageTicks > this.#limits.expiryTicks) return true
    const isNew = row < 0
    if (isNew) row = this.#addSwarm(change.hash)
    if (row < 0) return false
    const { words } = this.#rows
    const tick = (this.#tick() - ageTicks) & TICK_MASK
    const lists = this.#lists[family]!
    const head = headOf(row, family)
    const known = lists.find(words, head, address, port)
    if (known >= 0 && ageOf(lists, lists.at(words, head, known), this.#tick()) < ageTicks) return true
    const position = this.#place(row, family, address, port, change.isSeed, tick, true)
    if (ageTicks === 0) words[row * ROW_WORDS + TICK] = tick
    if (position >= 0 && change.isCompleted && !this.#wasSeed) words[row * ROW_WORDS + DOWNLOADS]! += 1
    if (position < 0 && isNew) this.#rows.remove(row)
    return position >= 0
  }

  /** Raises the downloads of a swarm to another process's count. */
  applyDownloads(hash: Int32Array, downloads: number): void {
    if (downloads === 0) return
    let row = this.#rows.find(hash)
    if (row < 0) row = this.#addSwarm(hash)
    if (row < 0) return
    const { words } = this.#rows
    const at = row * ROW_WORDS + DOWNLOADS
    words[at] = Math.max(words[at]!, downloads)
  }

  /**
   * Returns a function that writes the swarms and peers heard of within the last `withinSeconds`
   * into a sink until that is full, and returns false at the end. Entries that move in the meantime
   * may be missed or written twice.
   */
  reader(withinSeconds: number): (sink: SwarmSink) => boolean {
    const place: Place = { row: 0, family: 0, position: 0 }
    const withinTicks = Math.min(TICK_MASK, Math.ceil((withinSeconds * 1000) / TICK_MS))
    return sink => {
      const [tick, end] = [this.#tick(), Math.min(this.#rows.end, place.row + MAX_READ)]
      for (; place.row < end; place.row++, place.family = 0, place.position = 0) {
        if (sink.isFull) return true
        if (!readRow(this.#rows.words, this.#lists, place, tick, withinTicks, sink)) return true
      }
      return end < this.#rows.end
    }
  }

  scrape(counts: SwarmCounts): void {
    const row = this.#rows.find(counts.hash)
    counts.found = row >= 0
    this.#count(counts, row)
  }

  sweep(): void {
    this.lostPages.count()
    const share = Math.ceil(this.#rows.end / SWEEPS)
    const tick = this.#tick()
    for (let done = 0; done < share; done++) {
      if (this.#cursor >= this.#rows.end) this.#cursor = 0
      this.#sweepRow(this.#cursor++, tick)
    }
  }

  stats(): StoreStats {
    const peers = this.#peers[0] + this.#peers[1] + this.#peers[2]
    return {
      swarms: this.#rows.count,
      seeds: this.#seeds,
      leeches: peers - this.#seeds,
      peersByFamily: [...this.#peers],
      reservedBytes: this.#arena.reservedBytes + this.#rows.reservedBytes,
    }
  }

  close(): void {}

  get #isFull(): boolean {
    return this.#peers[0] + this.#peers[1] + this.#peers[2] >= this.#limits.maxPeers
  }

  /**
   * Adds or renews the peer and chooses peers for it. Returns the reason for a failure, or an
   * empty text.
   */
  #record(announce: Announce, row: number): string {
    const { family, address, port, isSeed, event } = announce
    const tick = this.#tick()
    const position = this.#place(row, family, address, port, isSeed, tick, false)
    if (position < 0) return position === NO_ROOM ? FULL : TOO_MANY
    const rows = this.#rows.words
    // BEP 3: the event is sent once, by peers that did not start as seeds.
    if (event === EVENT.completed && isSeed && !this.#wasSeed) {
      rows[row * ROW_WORDS + DOWNLOADS]! += 1
      this.change = CHANGE.completed
    }
    const head = headOf(row, family)
    const lists = this.#lists[family]!
    choosePeers(lists, rows, head, announce, position, seedFor(this.#key, announce, lists.width, tick))
    return ''
  }

  /**
   * Adds or renews a peer. Returns its position, NO_ROOM or NO_SHARE. `isForeign`: another process
   * admitted it.
   */
  #place(
    row: number,
    family: Family,
    address: Int32Array,
    port: number,
    isSeed: boolean,
    tick: number,
    isForeign: boolean,
  ): number {
    const lists = this.#lists[family]!
    const rows = this.#rows.words
    const head = headOf(row, family)
    let position = lists.find(rows, head, address, port)
    const wasSeed = position >= 0 && position < lists.seeds(rows, head)
    if (position < 0) {
      if (this.#isFull) return NO_ROOM
      if (!this.#shares.take(family, address, isForeign)) return NO_SHARE
      position = lists.add(rows, head, address, port, tick, isSeed)
      if (position < 0) {
        this.#shares.give(family, address)
        return NO_ROOM
      }
      this.#peers[family]++
      this.change = CHANGE.present
    } else {
      const at = lists.at(rows, head, position) + lists.width
      if (lists.arena.words[at] !== ((port << 16) | tick) || isSeed !== wasSeed) this.change = CHANGE.present
      lists.arena.words[at] = (port << 16) | tick
      if (isSeed !== wasSeed)
        position = isSeed ? lists.promote(rows, head, position) : lists.demote(rows, head, position)
    }
    if (isSeed !== wasSeed) this.#seeds += isSeed ? 1 : -1
    // An old report does not affect the time of the swarm's last announce.
    if (!isForeign) rows[row * ROW_WORDS + TICK] = tick
    this.#wasSeed = wasSeed
    return position
  }

  #forget({ family, address, port }: Announce | PeerChange, row: number): void {
    const head = headOf(row, family)
    const position = this.#lists[family]!.find(this.#rows.words, head, address, port)
    if (position < 0) return
    this.#remove(family, head, position)
    this.change = CHANGE.gone
  }

  #remove(family: Family, head: number, position: number): void {
    const lists = this.#lists[family]!
    const { words } = this.#rows
    if (position < lists.seeds(words, head)) this.#seeds--
    this.#shares.give(family, lists.arena.words, lists.at(words, head, position))
    lists.remove(words, head, position)
    this.#peers[family]!--
  }

  #count(into: Announce | SwarmCounts, row: number): void {
    into.seeds = 0
    into.leeches = 0
    into.downloads = 0
    if (row < 0) return
    const { words } = this.#rows
    const base = row * ROW_WORDS
    let count = 0
    for (let family = 0; family <= FAMILY.web; family++) {
      const head = headOf(row, family)
      count += this.#lists[family]!.count(words, head)
      into.seeds += this.#lists[family]!.seeds(words, head)
    }
    into.leeches = count - into.seeds
    into.downloads = words[base + DOWNLOADS]!
  }

  #addSwarm(hash: Int32Array): number {
    if (this.#isFull || (this.#rows.count >= this.#limits.maxSwarms && !this.#dropEmptySwarm())) return -1
    return this.#rows.add(hash, this.#tick())
  }

  /**
   * Makes room for another swarm. Checks only a few, and continues with the next ones at the next
   * call.
   */
  #dropEmptySwarm(): boolean {
    for (let checked = 0; checked < MAX_CHECKED; checked++) {
      if (this.#dropCursor >= this.#rows.end) this.#dropCursor = 0
      const row = this.#dropCursor++
      if (this.#rows.words[row * ROW_WORDS + TICK] === FREE || this.#hasPeers(row)) continue
      this.#rows.remove(row)
      return true
    }
    return false
  }

  #hasPeers(row: number): boolean {
    for (let family = 0; family <= FAMILY.web; family++)
      if (this.#lists[family]!.count(this.#rows.words, headOf(row, family)) > 0) return true
    return false
  }

  #sweepRow(row: number, tick: number): void {
    const base = row * ROW_WORDS
    const { words } = this.#rows
    if (words[base + TICK] === FREE) return
    let left = 0
    for (let family = 0; family <= FAMILY.web; family++) {
      const lists = this.#lists[family]!
      const head = headOf(row, family)
      for (let position = lists.count(words, head) - 1; position >= 0; position--) {
        const seen = lists.arena.words[lists.at(words, head, position) + lists.width]!
        const isExpired = ((tick - seen) & TICK_MASK) > this.#limits.expiryTicks
        const isLost = family === FAMILY.web && this.lostPages.has(seen >>> 16)
        if (isExpired || isLost) this.#remove(family as Family, head, position)
      }
      left += lists.count(words, head)
    }
    // The download count is kept for a while after the last peer has left, unless the room is
    // needed.
    if (left === 0 && ((tick - words[base + TICK]!) & TICK_MASK) > this.#limits.expiryTicks)
      this.#rows.remove(row)
  }

  #tick(): number {
    return Math.floor(this.#nowMs() / TICK_MS) & TICK_MASK
  }
}

/** Results of placing a peer. */
const [NO_ROOM, NO_SHARE] = [-1, -2] as const

function maxSwarmsFor(maxPeers: number): number {
  return Math.min(maxPeers, Math.max(2_000_000, Math.ceil(maxPeers * 0.4)))
}

function refuse(announce: Announce, failure: string): void {
  announce.failure = failure
  announce.retryInSeconds = FULL_RETRY_SECONDS
}

function seedFor(
  key: Int32Array,
  { address, port, hash }: Announce,
  addressWords: number,
  tick: number,
): number {
  const [first, second] = [key[0]! ^ port, key[1]! ^ (tick >>> SAME_TICKS_SHIFT) ^ hash[0]!]
  return halfSip(first, second, address, 0, addressWords)
}

/** Writes a swarm from `place` on. Returns false if the sink became full. */
function readRow(
  rows: Int32Array,
  allLists: readonly PeerLists[],
  place: Place,
  tick: number,
  withinTicks: number,
  sink: SwarmSink,
): boolean {
  const base = place.row * ROW_WORDS
  if (rows[base + TICK] === FREE || ((tick - rows[base + TICK]!) & TICK_MASK) > withinTicks) return true
  sink.swarm(rows, base, rows[base + DOWNLOADS]!)
  for (; place.family <= FAMILY.web; place.family++, place.position = 0) {
    const lists = allLists[place.family]!
    const head = headOf(place.row, place.family)
    for (; place.position < lists.count(rows, head); place.position++) {
      if (sink.isFull) return false
      const at = lists.at(rows, head, place.position)
      const ageTicks = ageOf(lists, at, tick)
      if (ageTicks > withinTicks) continue
      const port = lists.arena.words[at + lists.width]! >>> 16
      const isSeed = place.position < lists.seeds(rows, head)
      const ageSeconds = (ageTicks * TICK_MS) / 1000
      sink.peer(place.family as Family, lists.arena.words, at, port, isSeed, ageSeconds)
    }
  }
  return true
}

/** Returns the age of the entry at `at`, in ticks. */
function ageOf({ arena, width }: PeerLists, at: number, tick: number): number {
  return (tick - (arena.words[at + width]! & TICK_MASK)) & TICK_MASK
}
