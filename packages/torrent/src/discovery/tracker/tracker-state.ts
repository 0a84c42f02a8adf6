import { messageOf } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { DiscoveryStatus } from '../discovery.ts'
import { trackerLabel, withoutSecrets } from './label.ts'
import { askedRetryMs, intervalMs, MIN_INTERVAL_MS, refreshAfterMs, retryAfterMs } from './timing.ts'
import { type AnnounceAnswer, type AnnounceEvent, TrackerError, type TrackerProtocol } from './tracker.ts'

/** One tracker as one torrent knows it. Times are monotonic milliseconds. */
export class TrackerState {
  readonly url: string
  /** Absent when this platform does not speak the URL's scheme: then the tracker fails for good at its first turn. */
  readonly protocol: TrackerProtocol | undefined
  state: DiscoveryStatus['state'] = 'idle'
  /** What it asked to be given back (BEP 3). */
  trackerId: string | undefined
  /** It has been told of us, so it must be told when we go. */
  joined = false
  /** It must still be told that we became complete. */
  completedDue = false
  /** After a failure: not asked again before this. `Infinity`: never. */
  retryAtMs = 0
  /** The same when someone asks for it. */
  #soonestRetryMs = 0
  /** It said itself when to come back (BEP 31), or is of no use here. */
  #mustWait = false
  #failures = 0
  #message: string | undefined
  /** When it last answered or failed. */
  #lastMs: number | undefined
  #peers = 0
  #seeds: number | undefined
  #leeches: number | undefined
  #downloads: number | undefined

  constructor(url: string, protocol: TrackerProtocol | undefined) {
    this.url = url
    this.protocol = protocol
  }

  /** It answered the last time it was asked. */
  get works(): boolean {
    return this.joined && this.#failures === 0
  }

  /** Which event the next announce carries. */
  nextEvent(paused: boolean): AnnounceEvent {
    if (!this.joined) return 'started'
    if (this.completedDue) return 'completed'
    return paused ? 'paused' : 'none'
  }

  /** Takes in an answer. From it until the next regular announce, and until one out of turn is allowed. */
  answered(answer: AnnounceAnswer, nowMs: number): { intervalMs: number; refreshMs: number } {
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
    // Kept when an answer does not repeat it.
    this.trackerId = answer.trackerId ?? this.trackerId
    const regularMs = intervalMs(answer.intervalMs)
    const interval = Math.max(regularMs, intervalMs(answer.minIntervalMs ?? regularMs))
    return {
      intervalMs: interval,
      refreshMs: refreshAfterMs(answer.minIntervalMs, interval, this.protocol?.refreshMs),
    }
  }

  /** Plans the next try: when the tracker itself said (BEP 31), else later each time. */
  failed(error: unknown, nowMs: number, random: Random): void {
    const asked = error instanceof TrackerError ? error.retryInMs : undefined
    this.state = 'failed'
    this.#lastMs = nowMs
    this.#failures++
    this.#message = withoutSecrets(messageOf(error), this.url)
    this.#peers = 0
    const waitMs = asked === undefined ? retryAfterMs(this.#failures, random) : askedRetryMs(asked)
    this.retryAtMs = this.protocol ? nowMs + waitMs : Infinity
    this.#mustWait = asked !== undefined || !this.protocol
    this.#soonestRetryMs = this.#mustWait ? this.retryAtMs : Math.min(this.retryAtMs, nowMs + MIN_INTERVAL_MS)
  }

  /** What failed of late may have been our own network's fault: it is tried again as after a first failure, and at once. */
  forgive(): void {
    if (this.#mustWait) return
    this.#failures = Math.min(this.#failures, 1)
    this.retryAtMs = 0
    this.#soonestRetryMs = 0
  }

  /** Someone wants peers now: tries again as soon as is decent. */
  hurry(nowMs: number): void {
    this.retryAtMs = Math.min(this.retryAtMs, Math.max(nowMs, this.#soonestRetryMs))
  }

  /** `nextMs`: when its tier announces next, if that is to this tracker. */
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
