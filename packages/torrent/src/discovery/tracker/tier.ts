import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { type Random, shuffle } from '../../base/random.ts'
import type { DiscoverySink, DiscoveryStatus, DiscoveryTopic } from '../discovery.ts'
import type { Agenda, AgendaEntry } from './agenda.ts'
import type { Gate } from './gate.ts'
import { withTimeLimit } from './time-limit.ts'
import { withJitter } from './timing.ts'
import { type AnnounceAnswer, type AnnounceEvent, TrackerError, type TrackerProtocol } from './tracker.ts'
import { TrackerState } from './tracker-state.ts'

/** How many peers are asked for at most: what one answer of a common tracker holds. */
const MAX_WANT = 200
/** What a torrent says is left while it does not know: anything but 0, which would make it a seed in the tracker's eyes. */
const UNKNOWN_LEFT = 16384
const NONE: ReadonlySet<string> = new Set()

/** What all tiers of all torrents share. */
export interface TrackerHub {
  readonly clock: Clock
  readonly random: Random
  readonly agenda: Agenda
  readonly gate: Gate
  /** Undefined for a scheme that this platform does not speak. */
  protocolOf(url: string): TrackerProtocol | undefined
  /** A tracker told our address (BEP 24). */
  onExternalHost(host: string): void
}

/** Whom a tier announces, and to whom it reports. */
export interface TierOwner {
  readonly topic: DiscoveryTopic
  readonly sink: DiscoverySink
  /** BEP 7, BEP 15: one for the torrent's whole stay. */
  readonly key: number
}

/**
 * One tier of a torrent's trackers at work (BEP 12): in random order, the first that answers is moved to the front and kept; when it fails
 * the others are tried in turn.
 */
export class Tier {
  readonly urls: readonly string[]
  /** Among the torrent's tiers, from 0. */
  number: number
  readonly #hub: TrackerHub
  readonly #owner: TierOwner
  readonly #trackers: TrackerState[]
  #appointment: AgendaEntry | undefined
  /** While trackers are being tried. */
  #round: AbortController | undefined
  /** When the tracker in front may be asked out of turn; `Infinity` while none works. */
  #refreshAtMs = Infinity
  /** The round that is under way began on a network that is gone. */
  #isOutdated = false
  #left = false

  constructor(hub: TrackerHub, owner: TierOwner, number: number, urls: readonly string[]) {
    this.#hub = hub
    this.#owner = owner
    this.number = number
    this.urls = urls
    // BEP 12: "URLs within each tier will be processed in a randomly chosen order".
    this.#trackers = shuffle([...urls], hub.random).map(url => new TrackerState(url, hub.protocolOf(url)))
    this.#schedule(hub.clock.nowMs())
  }

  completed(): void {
    for (const tracker of this.#trackers) tracker.completedDue = true
    // Those that never heard of us are told by `started` with nothing left.
    if (this.#trackers.some(tracker => tracker.joined)) this.#schedule(this.#hub.clock.nowMs())
  }

  refresh(): void {
    const nowMs = this.#hub.clock.nowMs()
    for (const tracker of this.#trackers) tracker.hurry(nowMs)
    const atMs = Math.max(nowMs, this.#refreshAtMs === Infinity ? this.#retryMs() : this.#refreshAtMs)
    if (this.#appointment && atMs < this.#appointment.timeMs) this.#schedule(atMs)
  }

  /** The machine's network is another one: whatever was planned, its trackers are told at once. */
  networkChanged(): void {
    for (const tracker of this.#trackers) tracker.forgive()
    this.#isOutdated = this.#round !== undefined
    this.#round?.abort(new TrackerError('unreachable', 'the network changed'))
    this.#schedule(this.#hub.clock.nowMs())
  }

  /** The tracker has forgotten us: it is told again soon, or another of the tier is. */
  lost(url: string): void {
    const tracker = this.#trackers.find(candidate => candidate.url === url)
    if (this.#left || !tracker) return
    const wasIdle = tracker.works && tracker.state !== 'working'
    tracker.joined = false
    // An announce that is under way fails by itself.
    if (!wasIdle) return
    const { clock, random } = this.#hub
    tracker.failed(new TrackerError('unreachable', 'the tracker hung up'), clock.nowMs(), random)
    this.#refreshAtMs = Infinity
    this.#schedule(this.#retryMs())
    this.#owner.sink.onStatus()
  }

  status(): DiscoveryStatus[] {
    const nextMs = this.#appointment?.timeMs
    return this.#trackers.map((tracker, i) => tracker.status(this.number, i === 0 ? nextMs : undefined))
  }

  /** Tells the trackers that know us, but for those of `except`, that we go, within `limitMs`. Never rejects. */
  async leave(limitMs: number, except: ReadonlySet<string> = NONE): Promise<void> {
    if (this.#left) return
    this.#left = true
    this.#cancel()
    // One that does not answer forgets us by itself: waiting for it would only hold up the end.
    const told = this.#trackers.filter(tracker => tracker.works && !except.has(tracker.url))
    this.#round?.abort(new ShoalError('closed', 'the torrent left its trackers'))
    const never = new AbortController().signal
    const farewells = told.map(tracker =>
      withTimeLimit(this.#hub.clock, limitMs, never, late, signal => this.#ask(tracker, 'stopped', signal)),
    )
    await Promise.allSettled(farewells)
  }

  #schedule(atMs: number): void {
    if (this.#left || this.#round) return
    this.#cancel()
    if (Number.isFinite(atMs)) {
      this.#appointment = this.#hub.agenda.at(atMs, () => void this.#tryTrackers())
    }
  }

  #cancel(): void {
    if (this.#appointment) this.#hub.agenda.cancel(this.#appointment)
    this.#appointment = undefined
  }

  /** BEP 12: tries the trackers in order until one answers. */
  async #tryTrackers(): Promise<void> {
    this.#appointment = undefined
    this.#round = new AbortController()
    this.#refreshAtMs = Infinity
    let nextMs = Infinity
    for (const tracker of [...this.#trackers]) {
      if (tracker.retryAtMs > this.#hub.clock.nowMs()) continue
      const waitMs = await this.#announce(tracker, this.#round.signal)
      if (this.#left) return
      if (waitMs !== null) {
        this.#toFront(tracker)
        // A torrent that became complete meanwhile says so at once.
        nextMs = this.#hub.clock.nowMs() + (tracker.completedDue ? 0 : waitMs)
        break
      }
      this.#owner.sink.onStatus()
    }
    this.#round = undefined
    if (this.#isOutdated) return this.networkChanged()
    this.#schedule(nextMs === Infinity ? this.#retryMs() : nextMs)
    this.#owner.sink.onStatus()
  }

  /** When the first of the trackers may be tried again. */
  #retryMs(): number {
    return Math.min(...this.#trackers.map(tracker => tracker.retryAtMs))
  }

  /** Milliseconds until the next announce; null when the tracker failed. */
  async #announce(tracker: TrackerState, signal: AbortSignal): Promise<number | null> {
    const { topic, sink } = this.#owner
    const event = tracker.nextEvent(topic.paused())
    const wasComplete = topic.totals().left === 0
    const knewUs = tracker.joined
    tracker.state = 'working'
    // It may hear of us even if its answer does not reach us.
    tracker.joined = true
    try {
      const answer = await this.#ask(tracker, event, signal)
      if (this.#left) return null
      // BEP 3: "No completed is sent if the file was complete when started."
      if (event === 'completed' || (event === 'started' && wasComplete)) tracker.completedDue = false
      const nowMs = this.#hub.clock.nowMs()
      const times = tracker.answered(answer, nowMs)
      this.#refreshAtMs = nowMs + times.refreshMs
      if (answer.externalHost !== undefined) this.#hub.onExternalHost(answer.externalHost)
      if (answer.peers.length > 0) sink.onPeers(answer.peers, 'tracker')
      return withJitter(times.intervalMs, this.#hub.random)
    } catch (error) {
      // It may have forgotten us meanwhile.
      tracker.joined &&= knewUs
      if (!this.#left) tracker.failed(error, this.#hub.clock.nowMs(), this.#hub.random)
      return null
    }
  }

  async #ask(tracker: TrackerState, event: AnnounceEvent, signal: AbortSignal): Promise<AnnounceAnswer> {
    const { clock, gate } = this.#hub
    const { topic, key } = this.#owner
    const { protocol, url, trackerId } = tracker
    if (!protocol) throw unsupportedTracker()
    const { uploaded, downloaded, left } = topic.totals()
    const request = {
      infoHash: topic.infoHash,
      peerId: topic.peerId,
      port: topic.port,
      uploaded,
      downloaded,
      left: left ?? UNKNOWN_LEFT,
      event,
      numWant: event === 'stopped' ? 0 : Math.min(Math.max(topic.wanted(), 0), MAX_WANT),
      key,
      ...(trackerId !== undefined && { trackerId }),
    }
    return gate.through(new URL(url).host, signal, () =>
      withTimeLimit(clock, protocol.timeLimitMs, signal, late, limited =>
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
  return new TrackerError('unsupported', 'no such kind of tracker here: use http, https, udp, ws or wss')
}

export function late(): TrackerError {
  return new TrackerError('timeout', 'the tracker does not answer')
}
