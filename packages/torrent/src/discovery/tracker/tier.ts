import { withTimeLimit } from '../../base/abort.ts'
import type { Clock } from '../../base/clock.ts'
import type { ConcurrencyLimiter } from '../../base/concurrency-limiter.ts'
import { ShoalError } from '../../base/errors.ts'
import { type Random, shuffle } from '../../base/random.ts'
import type { DiscoverySink, DiscoveryStatus, DiscoveryTopic } from '../discovery.ts'
import type { TimerEntry, TimerQueue } from './timer-queue.ts'
import { reconnectMs, withJitter } from './timing.ts'
import { type AnnounceAnswer, type AnnounceEvent, TrackerError, type TrackerProtocol } from './tracker.ts'
import { TrackerState } from './tracker-state.ts'

/** Maximum number of peers to request: common trackers send no more in one response. */
const MAX_WANT = 200
/** Bytes left to announce while the size is unknown: anything but 0, which would mean a seed. */
const UNKNOWN_LEFT = 16384
const NONE: ReadonlySet<string> = new Set()

/** Shared by all tiers of all torrents. */
export interface TierContext {
  readonly clock: Clock
  readonly random: Random
  readonly timers: TimerQueue
  readonly limiter: ConcurrencyLimiter
  /**
   * Announce port 1 if no port accepts connections: some trackers refuse 0, and libtorrent does
   * the same in anonymous mode.
   */
  readonly isAnonymous: boolean
  /** Returns undefined for a scheme that this platform does not support. */
  protocolFor(url: string): TrackerProtocol | undefined
  /** A tracker reported our address (BEP 24). */
  onExternalHost(host: string): void
}

/** The torrent that a tier announces, and the sink for its peers. */
export interface TrackedTorrent {
  readonly topic: DiscoveryTopic
  readonly sink: DiscoverySink
  /** BEP 7, BEP 15: stays the same for as long as the torrent is announced. */
  readonly key: number
}

/**
 * Announces a torrent to one tier of its trackers (BEP 12): they are tried in random order, the
 * first that answers is moved to the front and kept, and if it fails the others are tried in turn.
 */
export class Tier {
  readonly urls: readonly string[]
  /** Index among the torrent's tiers. */
  number: number
  readonly #context: TierContext
  readonly #torrent: TrackedTorrent
  readonly #trackers: TrackerState[]
  #nextTry: TimerEntry | undefined
  /** Set while trackers are being tried. */
  #round: AbortController | undefined
  /** Earliest time for an early announce to the first tracker; `Infinity` while none works. */
  #refreshAtMs = Infinity
  /** The same for an announce that the user requests. */
  #byUserAtMs = Infinity
  /** The network has changed since the current round began. */
  #isOutdated = false
  #left = false

  constructor(context: TierContext, torrent: TrackedTorrent, number: number, urls: readonly string[]) {
    this.#context = context
    this.#torrent = torrent
    this.number = number
    this.urls = urls
    // BEP 12: "URLs within each tier will be processed in a randomly chosen order".
    this.#trackers = shuffle([...urls], context.random).map(
      url => new TrackerState(url, context.protocolFor(url)),
    )
    this.#schedule(context.clock.nowMs())
  }

  completed(): void {
    for (const tracker of this.#trackers) tracker.completedDue = true
    // Trackers that do not know us yet learn this from `started` with nothing left.
    if (this.#trackers.some(tracker => tracker.joined)) this.#schedule(this.#context.clock.nowMs())
  }

  /**
   * Announces as soon as the tracker allows it; for a user's request, as soon as the tracker's
   * minimum has passed.
   */
  refresh(byUser = false): void {
    const nowMs = this.#context.clock.nowMs()
    for (const tracker of this.#trackers) tracker.expedite(nowMs, byUser)
    const soonestMs = byUser ? this.#byUserAtMs : this.#refreshAtMs
    const atMs = Math.max(nowMs, soonestMs === Infinity ? this.#retryMs() : soonestMs)
    if (this.#nextTry && atMs < this.#nextTry.timeMs) this.#schedule(atMs)
  }

  /** The machine's network has changed: announces at once, whatever was scheduled. */
  networkChanged(): void {
    for (const tracker of this.#trackers) tracker.resetBackoff()
    this.#isOutdated = this.#round !== undefined
    this.#round?.abort(new TrackerError('unreachable', 'The network changed'))
    this.#schedule(this.#context.clock.nowMs())
  }

  /**
   * The tracker has lost its state: announces to it again soon, or to another tracker of the tier.
   */
  lost(url: string, reason?: string): void {
    const tracker = this.#trackers.find(candidate => candidate.url === url)
    if (this.#left || !tracker) return
    const wasIdle = tracker.works && tracker.state !== 'working'
    tracker.joined = false
    // A running announce fails by itself.
    if (!wasIdle) return
    const { clock, random } = this.#context
    tracker.failed(
      new TrackerError('unreachable', 'The tracker closed the connection'),
      clock.nowMs(),
      random,
      reconnectMs(reason, random),
    )
    this.#refreshAtMs = Infinity
    this.#byUserAtMs = Infinity
    this.#schedule(this.#retryMs())
    this.#torrent.sink.onStatus()
  }

  /** True if each tracker has failed since it last answered. */
  get isFailing(): boolean {
    return this.#trackers.every(tracker => tracker.isFailing)
  }

  status(): DiscoveryStatus[] {
    const nextMs = this.#nextTry?.timeMs
    return this.#trackers.map((tracker, i) => tracker.status(this.number, i === 0 ? nextMs : undefined))
  }

  /**
   * Announces `stopped` to the trackers that know us, except those in `except`, within `limitMs`.
   * Never rejects.
   */
  async leave(limitMs: number, except: ReadonlySet<string> = NONE): Promise<void> {
    if (this.#left) return
    this.#left = true
    this.#cancel()
    // Trackers that do not answer will forget us by themselves; waiting for them would only delay
    // the end.
    const known = this.#trackers.filter(tracker => tracker.works && !except.has(tracker.url))
    this.#round?.abort(new ShoalError('closed', 'The torrent left its trackers'))
    const never = new AbortController().signal
    const farewells = known.map(tracker =>
      withTimeLimit(this.#context.clock, limitMs, never, timeoutError, signal =>
        this.#ask(tracker, 'stopped', signal),
      ),
    )
    await Promise.allSettled(farewells)
  }

  #schedule(atMs: number): void {
    if (this.#left || this.#round) return
    this.#cancel()
    if (Number.isFinite(atMs)) {
      this.#nextTry = this.#context.timers.schedule(atMs, () => void this.#tryTrackers())
    }
  }

  #cancel(): void {
    if (this.#nextTry) this.#context.timers.cancel(this.#nextTry)
    this.#nextTry = undefined
  }

  /** BEP 12: tries the trackers in order until one answers. */
  async #tryTrackers(): Promise<void> {
    this.#nextTry = undefined
    this.#round = new AbortController()
    this.#refreshAtMs = Infinity
    this.#byUserAtMs = Infinity
    let nextMs = Infinity
    for (const tracker of [...this.#trackers]) {
      if (tracker.retryAtMs > this.#context.clock.nowMs()) continue
      const waitMs = await this.#announce(tracker, this.#round.signal)
      if (this.#left) return
      if (waitMs !== null) {
        this.#toFront(tracker)
        // A torrent that became complete in the meantime is announced again at once.
        nextMs = this.#context.clock.nowMs() + (tracker.completedDue ? 0 : waitMs)
        break
      }
      this.#torrent.sink.onStatus()
    }
    this.#round = undefined
    if (this.#isOutdated) return this.networkChanged()
    this.#schedule(nextMs === Infinity ? this.#retryMs() : nextMs)
    this.#torrent.sink.onStatus()
  }

  /** Earliest time at which one of the trackers may be tried again. */
  #retryMs(): number {
    return Math.min(...this.#trackers.map(tracker => tracker.retryAtMs))
  }

  /** Resolves to the milliseconds until the next announce, or null if the tracker failed. */
  async #announce(tracker: TrackerState, signal: AbortSignal): Promise<number | null> {
    const { topic, sink } = this.#torrent
    const event = tracker.nextEvent(topic.paused())
    const wasComplete = topic.totals().left === 0
    const knewUs = tracker.joined
    tracker.state = 'working'
    // The tracker may know us even if its response is lost.
    tracker.joined = true
    try {
      const answer = await this.#ask(tracker, event, signal)
      if (this.#left) return null
      // BEP 3: "No completed is sent if the file was complete when started."
      if (event === 'completed' || (event === 'started' && wasComplete)) tracker.completedDue = false
      const nowMs = this.#context.clock.nowMs()
      const times = tracker.answered(answer, nowMs)
      this.#refreshAtMs = nowMs + times.refreshMs
      this.#byUserAtMs = nowMs + times.byUserMs
      if (answer.externalHost !== undefined) this.#context.onExternalHost(answer.externalHost)
      if (answer.peers.length > 0) sink.onPeers(answer.peers, 'tracker')
      return withJitter(times.intervalMs, this.#context.random)
    } catch (error) {
      // The tracker may have forgotten us in the meantime.
      tracker.joined &&= knewUs
      if (!this.#left) tracker.failed(error, this.#context.clock.nowMs(), this.#context.random)
      return null
    }
  }

  async #ask(tracker: TrackerState, event: AnnounceEvent, signal: AbortSignal): Promise<AnnounceAnswer> {
    const { clock, limiter, isAnonymous } = this.#context
    const { topic, key } = this.#torrent
    const { protocol, url, trackerId } = tracker
    if (!protocol) throw unsupportedTracker()
    const { uploaded, downloaded, left } = topic.totals()
    const request = {
      infoHash: topic.infoHash,
      peerId: topic.peerId,
      port: isAnonymous ? 1 : topic.port,
      uploaded,
      downloaded,
      left: left ?? UNKNOWN_LEFT,
      event,
      numWant: event === 'stopped' ? 0 : Math.min(Math.max(topic.wanted(), 0), MAX_WANT),
      key,
      ...(trackerId !== undefined && { trackerId }),
    }
    return limiter.run(new URL(url).host, signal, () =>
      withTimeLimit(clock, protocol.timeLimitMs, signal, timeoutError, limited =>
        protocol.announce(url, request, { signal: limited }),
      ),
    )
  }

  #toFront(tracker: TrackerState): void {
    this.#trackers.splice(this.#trackers.indexOf(tracker), 1)
    this.#trackers.unshift(tracker)
  }
}

export function unsupportedTracker(): TrackerError {
  return new TrackerError(
    'unsupported',
    'This kind of tracker is not supported: use http, https, udp, ws or wss',
  )
}

export function timeoutError(): TrackerError {
  return new TrackerError('timeout', 'The tracker does not answer')
}
