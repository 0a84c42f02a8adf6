/**
 * The tracker, which all fronts share: access rules, intervals and counters in front of a store.
 */
import { type AccessOptions, AccessRules } from './access/access-rules.ts'
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

export interface TrackerOptions extends Omit<AccessOptions, 'nowMs'> {
  /** Default: a MemoryStore in which peers expire after one and a half intervals. */
  readonly store?: SwarmStore
  /**
   * Time between announces: 5 to 43,200 s. Default 1800. Up to an eighth is added at random, to
   * spread announces out.
   */
  readonly intervalSeconds?: number
  /** Minimum time between announces. Default 60, or the interval if that is less. */
  readonly minIntervalSeconds?: number
  /**
   * Maximum number of concurrent calls of an asynchronous store; further announces are refused.
   * Default 10,000.
   */
  readonly maxPendingCalls?: number
  /** Time limit for a call of the store. Default 10 s. */
  readonly storeTimeoutMs?: number
  /** Called if the store throws, rejects or times out. Exceptions of this function are ignored. */
  readonly onStoreError?: (error: unknown) => void
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number
}

export const REFUSED = {
  banned: 'Your address is banned from this tracker',
  passkey: 'This tracker is private: use the announce URL that you were given',
  hash: 'This tracker does not serve this torrent',
  guesses: 'Too many wrong passkeys from your address: try again later',
  often: 'Too many announces from your address: slow down',
  page: 'Web pages must announce over WebSocket',
  unknown: 'The tracker cannot check your passkey at the moment: try again later',
} as const

/** Time until a refused client may try again (BEP 31); 0 for never. */
export function retrySecondsOf(reason: keyof typeof REFUSED): number {
  if (reason === 'often' || reason === 'unknown') return 60
  return reason === 'guesses' ? 600 : 0
}

/** Numbers of requests since the start. */
export interface TrackerCounters {
  announces: number
  scrapes: number
  refused: number
}

export type FrontName = 'udp' | 'http' | 'webSocket'

const SWEEP_MS = 1000
const [MAX_PENDING_CALLS, STORE_TIMEOUT_MS] = [10_000, 10_000] as const

export class Tracker {
  readonly store: SwarmStore
  readonly minIntervalSeconds: number
  readonly access: AccessRules
  readonly counters: Readonly<Record<FrontName, TrackerCounters>> = {
    udp: { announces: 0, scrapes: 0, refused: 0 },
    http: { announces: 0, scrapes: 0, refused: 0 },
    webSocket: { announces: 0, scrapes: 0, refused: 0 },
  }
  readonly nowMs: () => number
  readonly #intervalSeconds: number
  readonly #spreadSeconds: number
  readonly #calls: StoreCalls
  readonly #onStoreError: (error: unknown) => void
  readonly #sweeper: NodeJS.Timeout
  #isSweeping = false
  #spread = 0

  /**
   * Throws TypeError or RangeError for invalid options. Close it: it has a timer, which does not
   * keep the process running.
   */
  constructor(options: TrackerOptions = {}) {
    const { intervalSeconds = 1800 } = options
    if (!(intervalSeconds >= 5 && intervalSeconds <= 43_200))
      throw new RangeError('intervalSeconds must be 5 to 43200')
    this.nowMs = options.nowMs ?? (() => performance.now())
    this.access = new AccessRules({ ...options, nowMs: this.nowMs })
    this.store =
      options.store ??
      new MemoryStore({ expirySeconds: expirySecondsFor(intervalSeconds), nowMs: this.nowMs })
    this.minIntervalSeconds = Math.min(options.minIntervalSeconds ?? 60, intervalSeconds)
    this.#intervalSeconds = intervalSeconds
    this.#spreadSeconds = Math.floor(intervalSeconds / 8)
    this.#onStoreError = error => notify(options.onStoreError, error)
    const { maxPendingCalls = MAX_PENDING_CALLS, storeTimeoutMs = STORE_TIMEOUT_MS } = options
    this.#calls = new StoreCalls(maxPendingCalls, storeTimeoutMs, this.#onStoreError)
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_MS).unref()
  }

  /**
   * Records the announce and fills in its response, including `failure`. Returns a promise, which
   * never rejects, if the store does. The caller must be checked before by the `access` rules,
   * since the announced address may be another one.
   */
  announce(announce: Announce, front: FrontName): void | Promise<void> {
    this.counters[front].announces++
    if (announce.event !== EVENT.stopped && !this.access.admitsHash(announce.hash))
      return refuse(announce, REFUSED.hash)
    this.#spread = (this.#spread * 5 + 1) & 0xffff
    announce.intervalSeconds = this.#intervalSeconds + (this.#spread % (this.#spreadSeconds + 1))
    if (announce.account !== '') this.access.accounts?.count(announce.account, announce)
    return this.#announce(announce)
  }

  /**
   * Removes a peer that has disconnected. Not a request, so it is neither counted nor refused.
   * Returns a promise like `announce`.
   */
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

  /** Fills in the counts, including `failure`. Returns a promise like `announce`. */
  scrape(counts: SwarmCounts): void | Promise<void> {
    counts.seeds = counts.leeches = counts.downloads = 0
    counts.found = false
    if (!this.access.admitsHash(counts.hash)) return
    if (!this.#calls.admits(counts)) return
    try {
      const call = this.store.scrape(counts)
      if (call !== undefined) return this.#calls.settle(call, counts)
    } catch (error) {
      this.#calls.failed(counts, error)
    }
  }

  stats(): StoreStats | Promise<StoreStats> {
    return this.store.stats()
  }

  /** Skips a sweep while the last one is still running. */
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

/**
 * Returns how long to keep peers with this interval, so that one lost announce does no harm.
 * Clients wait at least a minute.
 */
export function expirySecondsFor(intervalSeconds: number): number {
  return Math.min(86_400, Math.ceil(Math.max(intervalSeconds, 60) * 1.5) + 8)
}

function notify(listener: TrackerOptions['onStoreError'], error: unknown): void {
  try {
    listener?.(error)
  } catch {
    // An exception of the listener must not stop announces or sweeps.
  }
}

function refuse(announce: Announce, failure: string): void {
  announce.failure = failure
  announce.retryInSeconds = 0
  announce.peerCount = 0
}

/** Returns the caller's value for `Announce.scope`. */
export function callerScope(family: Family, address: Int32Array): number {
  return family === FAMILY.web ? SCOPE.machine : scopeOf(family, address)
}
