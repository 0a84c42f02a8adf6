import { messageOf } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { DiscoveryStatus } from '../discovery.ts'
import { trackerLabel, withoutSecrets } from './label.ts'
import {
  askedRetryMs,
  BY_USER_MS,
  intervalMs,
  MIN_INTERVAL_MS,
  refreshAfterMs,
  retryAfterMs,
} from './timing.ts'
import { type AnnounceAnswer, type AnnounceEvent, TrackerError, type TrackerProtocol } from './tracker.ts'

/** The state of one tracker for one torrent. Times are monotonic milliseconds. */
export class TrackerState {
  readonly url: string
  /**
   * Undefined if the platform does not support the URL's scheme: then the first announce fails for
   * good.
   */
  readonly protocol: TrackerProtocol | undefined
  state: DiscoveryStatus['state'] = 'idle'
  /** Tracker ID from its last response, to be sent back (BEP 3). */
  trackerId: string | undefined
  /** The tracker knows us, so it needs a `stopped` when we leave. */
  joined = false
  /** The `completed` event is still to be announced. */
  completedDue = false
  /** After a failure: time of the next try. `Infinity`: never. */
  retryAtMs = 0
  /** Earliest next try if `expedite` is called. */
  #soonestRetryMs = 0
  /** The tracker specified the time of the next try itself (BEP 31), or is not supported. */
  #mustWait = false
  #failures = 0
  #message: string | undefined
  /** Time of the last response or failure. */
  #lastMs: number | undefined
  #peers = 0
  #seeds: number | undefined
  #leeches: number | undefined
  #downloads: number | undefined

  constructor(url: string, protocol: TrackerProtocol | undefined) {
    this.url = url
    this.protocol = protocol
  }

  /** True if it answered the last announce. */
  get works(): boolean {
    return this.joined && this.#failures === 0
  }

  /** True if it has failed since it last answered, also while it is tried again. */
  get isFailing(): boolean {
    return this.#failures > 0
  }

  nextEvent(paused: boolean): AnnounceEvent {
    if (!this.joined) return 'started'
    if (this.completedDue) return 'completed'
    return paused ? 'paused' : 'none'
  }

  /**
   * Records a response. Returns the times from it to the next regular announce, to the earliest
   * early one, and to the earliest one that a user requests.
   */
  answered(
    answer: AnnounceAnswer,
    nowMs: number,
  ): { intervalMs: number; refreshMs: number; byUserMs: number } {
    this.state = 'ok'
    this.#lastMs = nowMs
    this.#failures = 0
    this.retryAtMs = 0
    this.#soonestRetryMs = 0
    this.#mustWait = false
    this.#message = answer.warning && withoutSecrets(answer.warning, this.url)
    this.#peers = answer.peers.length
    this.#seeds = answer.seeds
    this.#leeches = answer.leeches
    this.#downloads = answer.downloads
    // BEP 3: kept if a response does not repeat it.
    this.trackerId = answer.trackerId ?? this.trackerId
    const regularMs = intervalMs(answer.intervalMs)
    const interval = Math.max(regularMs, intervalMs(answer.minIntervalMs ?? regularMs))
    return {
      intervalMs: interval,
      refreshMs: refreshAfterMs(answer.minIntervalMs, interval, this.protocol?.refreshMs),
      byUserMs: refreshAfterMs(answer.minIntervalMs, interval, BY_USER_MS),
    }
  }

  /**
   * Schedules the next try: when the tracker requested it (BEP 31, or `reconnectMs`), else with
   * growing delays.
   */
  failed(error: unknown, nowMs: number, random: Random, reconnectMs?: number): void {
    const asked = error instanceof TrackerError ? error.retryInMs : undefined
    this.state = 'failed'
    this.#lastMs = nowMs
    this.#failures++
    this.#message = withoutSecrets(messageOf(error), this.url)
    this.#peers = 0
    const waitMs =
      reconnectMs ?? (asked === undefined ? retryAfterMs(this.#failures, random) : askedRetryMs(asked))
    this.retryAtMs = this.protocol ? nowMs + waitMs : Infinity
    this.#mustWait = asked !== undefined || !this.protocol
    this.#soonestRetryMs = this.#mustWait ? this.retryAtMs : Math.min(this.retryAtMs, nowMs + MIN_INTERVAL_MS)
  }

  /**
   * Allows a try at once, with delays as after a first failure: recent failures may have been our
   * own network's fault.
   */
  resetBackoff(): void {
    if (this.#mustWait) return
    this.#failures = Math.min(this.#failures, 1)
    this.retryAtMs = 0
    this.#soonestRetryMs = 0
  }

  /** Moves the next try as far forward as is acceptable to the tracker. */
  expedite(nowMs: number, byUser = false): void {
    const soonestMs = byUser && !this.#mustWait ? (this.#lastMs ?? 0) + BY_USER_MS : this.#soonestRetryMs
    this.retryAtMs = Math.min(this.retryAtMs, Math.max(nowMs, soonestMs))
  }

  /** `nextMs`: time of the tier's next announce, if it goes to this tracker. */
  status(tier: number, nextMs: number | undefined): DiscoveryStatus {
    const nextAnnounceMs = this.state === 'failed' ? this.retryAtMs : nextMs
    return {
      kind: 'tracker',
      label: trackerLabel(this.url),
      url: this.url,
      tier,
      state: this.state,
      peers: this.#peers,
      ...(this.#message !== undefined && { message: this.#message }),
      ...(this.#seeds !== undefined && { seeds: this.#seeds }),
      ...(this.#leeches !== undefined && { leeches: this.#leeches }),
      ...(this.#downloads !== undefined && { downloads: this.#downloads }),
      ...(this.#lastMs !== undefined && { lastAnnounceMs: this.#lastMs }),
      ...(nextAnnounceMs !== undefined && Number.isFinite(nextAnnounceMs) && { nextAnnounceMs }),
    }
  }
}
