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
import { StoreCalls } from './store-calls.ts'

/** Who is served, and what: may be changed while the tracker runs. */
export interface TrackerLists {
  /** Only these info hashes are served: 40 or 64 hex digits. Default: all. */
  readonly allowedHashes?: readonly string[]
  /** Private mode: only who asks at `/<passkey>/announce` is served. A passkey has 8 to 64 letters and digits. Default: everybody. */
  readonly passkeys?: readonly string[]
  /** Addresses and networks that are served nothing. */
  readonly bannedAddresses?: readonly string[]
}

export interface TrackerOptions extends TrackerLists {
  /** Default: a MemoryStore that forgets peers after one and a half intervals. */
  readonly store?: SwarmStore
  /** How long peers wait between announces: 5 to 43,200 s. Default 1800. Some wait up to an eighth longer, so that they do not all come at once. */
  readonly intervalSeconds?: number
  /** How soon they may ask again. Default 60, or the interval if that is less. */
  readonly minIntervalSeconds?: number
  /** Addresses and networks that may announce other addresses than their own (`ip=`), besides this machine. */
  readonly trustedAddresses?: readonly string[]
  /** Announces and scrapes of one address, on average over ten seconds; 0: no limit. This machine has none. Default 100. */
  readonly announcesPerSecond?: number
  /** Open connections of one address, HTTP and WebSocket each; 0: no limit. This machine has none. Default 100. */
  readonly connectionsPerAddress?: number
  /** Whether this machine may announce other addresses and has no limits. False where pages of browsers and proxies on it ask, too. Default true. */
  readonly isMachineTrusted?: boolean
  /** Calls of a store that are under way, at most: announces beyond them are refused. Default 10,000. */
  readonly maxPendingCalls?: number
  /** How long a call of the store is waited for. Default 10 s. */
  readonly storeTimeoutMs?: number
  /** The store threw, rejected or took too long. What this throws itself is left alone: each call has its answer anyway. */
  readonly onStoreError?: (error: unknown) => void
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number
}

export const REFUSED = {
  banned: 'your address is banned from this tracker',
  passkey: 'this tracker is private: use the announce address that you were given',
  hash: 'this tracker does not serve this torrent',
  often: 'too many announces from your address: slow down',
  page: 'pages announce over WebSocket',
} as const

/** What was asked since the start. */
export interface TrackerCounters {
  announces: number
  scrapes: number
  refused: number
}

export type FrontName = 'udp' | 'http' | 'webSocket'

const SWEEP_MS = 1000
const [MAX_PENDING_CALLS, STORE_TIMEOUT_MS] = [10_000, 10_000] as const
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
  #hashes: HashList | null = null
  #passkeys: ReadonlySet<string> | null = null
  #banned = new AddressSet([])
  readonly #trusted: AddressSet
  readonly #rates: RateTable | null
  readonly #calls: StoreCalls
  readonly #onStoreError: (error: unknown) => void
  readonly #sweeper: NodeJS.Timeout
  #isSweeping = false
  #spread = 0

  /** Throws TypeError or RangeError for options that make no sense. Close it: it has a timer, which does not keep the process running. */
  constructor(options: TrackerOptions = {}) {
    const { intervalSeconds = 1800, announcesPerSecond = 100 } = options
    if (!(intervalSeconds >= 5 && intervalSeconds <= 43_200))
      throw new RangeError('intervalSeconds is 5 to 43200')
    this.setLists(options)
    this.nowMs = options.nowMs ?? (() => performance.now())
    this.store =
      options.store ??
      new MemoryStore({ expirySeconds: expirySecondsFor(intervalSeconds), nowMs: this.nowMs })
    this.minIntervalSeconds = Math.min(options.minIntervalSeconds ?? 60, intervalSeconds)
    this.connectionsPerAddress = options.connectionsPerAddress ?? 100
    this.isMachineTrusted = options.isMachineTrusted ?? true
    this.#intervalSeconds = intervalSeconds
    this.#spreadSeconds = Math.floor(intervalSeconds / 8)
    this.#trusted = new AddressSet(options.trustedAddresses ?? [])
    this.#rates = announcesPerSecond > 0 ? new RateTable(announcesPerSecond) : null
    this.#onStoreError = error => tell(options.onStoreError, error)
    const { maxPendingCalls = MAX_PENDING_CALLS, storeTimeoutMs = STORE_TIMEOUT_MS } = options
    this.#calls = new StoreCalls(maxPendingCalls, storeTimeoutMs, this.#onStoreError)
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_MS).unref()
  }

  /** Replaces the lists that are given, from the next request on. Throws TypeError, with nothing changed, when one makes no sense. */
  setLists({ passkeys, allowedHashes, bannedAddresses }: TrackerLists): void {
    if (passkeys?.some(key => !isPasskey(key)))
      throw new TypeError('a passkey has 8 to 64 letters and digits')
    const hashes = allowedHashes && new HashList(allowedHashes)
    const banned = bannedAddresses && new AddressSet(bannedAddresses)
    this.#hashes = hashes ?? this.#hashes
    this.#banned = banned ?? this.#banned
    this.#passkeys = passkeys ? new Set(passkeys) : this.#passkeys
  }

  get isPrivate(): boolean {
    return this.#passkeys !== null
  }

  /** Whether the address may ask at all; no packet of others is answered. */
  isBanned(family: Family, address: Int32Array): boolean {
    return this.#banned.has(family, address)
  }

  /** Whether the address may announce others. `isItself`: false when it may be that of a proxy, behind which anybody may be. */
  isTrusted(family: Family, address: Int32Array, isItself = true): boolean {
    return (isItself && this.#isTrustedMachine(family, address)) || this.#trusted.has(family, address)
  }

  /** Whether an announce that came with this passkey (null: none) is served. */
  admitsPasskey(passkey: string | null): boolean {
    return this.#passkeys === null || (passkey !== null && this.#passkeys.has(passkey))
  }

  /** Whether the address may ask once more now; `isItself` as above. */
  admitsRate(family: Family, address: Int32Array, isItself = true): boolean {
    if (this.#rates === null || (isItself && this.#isTrustedMachine(family, address))) return true
    return this.#rates.admits(family, address, this.nowMs())
  }

  /**
   * Records the announce and fills in its answer, `failure` too. A promise, which never rejects, only when the store gives one. Who asks is checked
   * before, by `isBanned`, `admitsPasskey`, `admitsRate`: `address` is the peer's, which may be another.
   */
  announce(announce: Announce, front: FrontName): void | Promise<void> {
    this.counters[front].announces++
    if (this.#hashes !== null && announce.event !== EVENT.stopped && !this.#hashes.has(announce.hash))
      return refuse(announce, REFUSED.hash, 0)
    this.#spread = (this.#spread * 5 + 1) & 0xffff
    announce.intervalSeconds = this.#intervalSeconds + (this.#spread % (this.#spreadSeconds + 1))
    return this.#announce(announce)
  }

  /** Forgets a peer that is gone: no request, so that nothing is counted or refused. A promise as `announce` gives it. */
  forget(announce: Announce): void | Promise<void> {
    return this.#announce(announce)
  }

  #announce(announce: Announce): void | Promise<void> {
    announce.peerCount = 0
    if (!this.#calls.admits(announce)) return
    try {
      const call = this.store.announce(announce)
      if (call !== undefined) return this.#calls.settle(call, announce)
    } catch (error) {
      this.#calls.failed(announce, error)
    }
  }

  /** Fills in the counts, `failure` too. A promise as `announce` gives it. */
  scrape(counts: SwarmCounts): void | Promise<void> {
    counts.seeds = counts.leeches = counts.downloads = 0
    counts.found = false
    if (this.#hashes !== null && !this.#hashes.has(counts.hash)) return
    if (!this.#calls.admits(counts)) return
    try {
      const call = this.store.scrape(counts)
      if (call !== undefined) return this.#calls.settle(call, counts)
    } catch (error) {
      this.#calls.failed(counts, error)
    }
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

  /** One at a time, however long the store takes. */
  async #sweep(): Promise<void> {
    if (this.#isSweeping) return
    this.#isSweeping = true
    try {
      await this.store.sweep()
    } catch (error) {
      this.#onStoreError(error)
    }
    this.#isSweeping = false
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    this.#calls.close()
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

function tell(listener: TrackerOptions['onStoreError'], error: unknown): void {
  try {
    listener?.(error)
  } catch {
    // A listener that fails must not stop announces or sweeps.
  }
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
