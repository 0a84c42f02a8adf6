/** One tracker: who may announce what, and how often, in front of a store. The fronts share it. */
import { AddressSet } from './access/address-set.ts'
import { HashList } from './access/hash-list.ts'
import { RateTable } from './access/rate-table.ts'
import { SCOPE, scopeOf } from './base/scope.ts'
import { MemoryStore } from './memory/memory-store.ts'
import {
  type Announce,
  EVENT,
  FAMILY,
  type Family,
  type StoreStats,
  type SwarmCounts,
  type SwarmStore,
} from './store.ts'

export interface TrackerOptions {
  /** Default: a MemoryStore that forgets peers after one and a half intervals. */
  readonly store?: SwarmStore
  /** How long peers wait between announces: 5 to 43,200 s. Default 1800. Some wait up to an eighth longer, so that they do not all come at once. */
  readonly intervalSeconds?: number
  /** How soon they may ask again. Default 60, or the interval if that is less. */
  readonly minIntervalSeconds?: number
  /** Only these info hashes are served: 40 or 64 hex digits. Default: all. */
  readonly allowedHashes?: readonly string[]
  /** Private mode: only who asks at `/<passkey>/announce` is served. A passkey has 8 to 64 letters and digits. Default: everybody. */
  readonly passkeys?: readonly string[]
  /** Addresses and networks that are served nothing. */
  readonly bannedAddresses?: readonly string[]
  /** Addresses and networks that may announce other addresses than their own (`ip=`), besides this machine. */
  readonly trustedAddresses?: readonly string[]
  /** Announces and scrapes of one address, on average over ten seconds; 0: no limit. This machine has none. Default 100. */
  readonly announcesPerSecond?: number
  /** Open connections of one address, HTTP and WebSocket each; 0: no limit. This machine has none. Default 100. */
  readonly connectionsPerAddress?: number
  /** Whether this machine may announce other addresses and has no limits. False where pages of browsers and proxies on it ask, too. Default true. */
  readonly isMachineTrusted?: boolean
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number
}

export const REFUSED = {
  banned: 'your address is banned from this tracker',
  passkey: 'this tracker is private: use the announce address that you were given',
  hash: 'this tracker does not serve this torrent',
  often: 'too many announces from your address: slow down',
} as const

/** What was asked since the start. */
export interface TrackerCounters {
  announces: number
  scrapes: number
  refused: number
}

export type FrontName = 'udp' | 'http' | 'webSocket'

const SWEEP_MS = 1000
const OFTEN_RETRY_SECONDS = 60

export class Tracker {
  readonly store: SwarmStore
  readonly minIntervalSeconds: number
  readonly connectionsPerAddress: number
  readonly isMachineTrusted: boolean
  readonly counters: Readonly<Record<FrontName, TrackerCounters>> = {
    udp: { announces: 0, scrapes: 0, refused: 0 },
    http: { announces: 0, scrapes: 0, refused: 0 },
    webSocket: { announces: 0, scrapes: 0, refused: 0 },
  }
  readonly nowMs: () => number
  readonly #intervalSeconds: number
  readonly #spreadSeconds: number
  readonly #hashes: HashList | null
  readonly #passkeys: ReadonlySet<string> | null
  readonly #banned: AddressSet
  readonly #trusted: AddressSet
  readonly #rates: RateTable | null
  readonly #sweeper: NodeJS.Timeout
  #spread = 0

  /** Throws TypeError or RangeError for options that make no sense. Close it: it has a timer, which does not keep the process running. */
  constructor(options: TrackerOptions = {}) {
    const { intervalSeconds = 1800, announcesPerSecond = 100, passkeys, allowedHashes } = options
    if (!(intervalSeconds >= 5 && intervalSeconds <= 43_200))
      throw new RangeError('intervalSeconds is 5 to 43200')
    const wrong = passkeys?.find(key => !isPasskey(key))
    if (wrong !== undefined) throw new TypeError('a passkey has 8 to 64 letters and digits')
    this.nowMs = options.nowMs ?? (() => performance.now())
    this.store =
      options.store ??
      new MemoryStore({ expirySeconds: expirySecondsFor(intervalSeconds), nowMs: this.nowMs })
    this.minIntervalSeconds = Math.min(options.minIntervalSeconds ?? 60, intervalSeconds)
    this.connectionsPerAddress = options.connectionsPerAddress ?? 100
    this.isMachineTrusted = options.isMachineTrusted ?? true
    this.#intervalSeconds = intervalSeconds
    this.#spreadSeconds = Math.floor(intervalSeconds / 8)
    this.#hashes = allowedHashes ? new HashList(allowedHashes) : null
    this.#passkeys = passkeys ? new Set(passkeys) : null
    this.#banned = new AddressSet(options.bannedAddresses ?? [])
    this.#trusted = new AddressSet(options.trustedAddresses ?? [])
    this.#rates = announcesPerSecond > 0 ? new RateTable(announcesPerSecond) : null
    this.#sweeper = setInterval(() => void this.store.sweep(), SWEEP_MS).unref()
  }

  get isPrivate(): boolean {
    return this.#passkeys !== null
  }

  /** Whether the address may ask at all; no packet of others is answered. */
  isBanned(family: Family, address: Int32Array): boolean {
    return this.#banned.has(family, address)
  }

  /** Whether the address may announce others. */
  isTrusted(family: Family, address: Int32Array): boolean {
    return this.#isTrustedMachine(family, address) || this.#trusted.has(family, address)
  }

  /** Whether an announce that came with this passkey (null: none) is served. */
  admitsPasskey(passkey: string | null): boolean {
    return this.#passkeys === null || (passkey !== null && this.#passkeys.has(passkey))
  }

  /** Whether the address may ask once more now. */
  admitsRate(family: Family, address: Int32Array): boolean {
    if (this.#rates === null || this.#isTrustedMachine(family, address)) return true
    return this.#rates.admits(family, address, this.nowMs())
  }

  /**
   * Records the announce and fills in its answer, `failure` too. A promise only when the store gives one. Who asks is checked before, by
   * `isBanned`, `admitsPasskey`, `admitsRate`: `address` is the peer's, which may be another.
   */
  announce(announce: Announce, front: FrontName): void | Promise<void> {
    this.counters[front].announces++
    if (this.#hashes !== null && announce.event !== EVENT.stopped && !this.#hashes.has(announce.hash))
      return refuse(announce, REFUSED.hash, 0)
    this.#spread = (this.#spread * 5 + 1) & 0xffff
    announce.intervalSeconds = this.#intervalSeconds + (this.#spread % (this.#spreadSeconds + 1))
    return this.store.announce(announce)
  }

  scrape(counts: SwarmCounts): void | Promise<void> {
    if (this.#hashes === null || this.#hashes.has(counts.hash)) return this.store.scrape(counts)
    counts.seeds = counts.leeches = counts.downloads = 0
    counts.found = false
  }

  /** Refuses in the tracker's name what did not pass its checks. */
  refuse(announce: Announce, reason: keyof typeof REFUSED): void {
    refuse(announce, REFUSED[reason], reason === 'often' ? OFTEN_RETRY_SECONDS : 0)
  }

  #isTrustedMachine(family: Family, address: Int32Array): boolean {
    return this.isMachineTrusted && scopeOf(family, address) === SCOPE.machine
  }

  stats(): StoreStats | Promise<StoreStats> {
    return this.store.stats()
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    await this.store.close()
  }
}

/** How long a peer is kept that is asked to announce so often: one announce may get lost. Clients wait a minute at least, whatever they are asked. */
export function expirySecondsFor(intervalSeconds: number): number {
  return Math.min(86_400, Math.ceil(Math.max(intervalSeconds, 60) * 1.5) + 8)
}

export function isPasskey(text: string): boolean {
  return /^[A-Za-z0-9]{8,64}$/.test(text)
}

function refuse(announce: Announce, failure: string, retryInSeconds: number): void {
  announce.failure = failure
  announce.retryInSeconds = retryInSeconds
  announce.peerCount = 0
}

/** Whose scope decides what an asker is told: see Announce.scope. */
export function askerScope(family: Family, address: Int32Array): number {
  return family === FAMILY.web ? SCOPE.machine : scopeOf(family, address)
}
