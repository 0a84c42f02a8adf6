import type { Clock } from '../../base/clock.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { type Random, shuffle } from '../../base/random.ts'
import type { DiscoverySink, DiscoveryStatus, DiscoveryTopic } from '../discovery.ts'
import type { Agenda, AgendaEntry } from './agenda.ts'
import type { Gate } from './gate.ts'
import { trackerLabel, withoutSecrets } from './label.ts'
import { withTimeLimit } from './time-limit.ts'
import {
  askedRetryMs,
  intervalMs,
  MIN_INTERVAL_MS,
  refreshAfterMs,
  retryAfterMs,
  withJitter,
} from './timing.ts'
import { type AnnounceAnswer, type AnnounceEvent, TrackerError, type TrackerProtocol } from './tracker.ts'

/** How many peers are asked for at most: what one answer of a common tracker holds. */
const MAX_WANT = 200
/** What a torrent says is left while it does not know: anything but 0, which would make it a seed in the tracker's eyes. */
const UNKNOWN_LEFT = 16384

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

/** One tracker as one torrent knows it. */
interface TrackerState {
  readonly url: string
  readonly protocol: TrackerProtocol | undefined
  state: DiscoveryStatus['state']
  message: string | undefined
  peers: number
  seeds: number | undefined
  leeches: number | undefined
  downloads: number | undefined
  trackerId: string | undefined
  /** In a row. */
  failures: number
  /** After a failure: not asked again before this. `Infinity`: never. */
  notBeforeMs: number
  /** The same when someone asks for it. */
  notEvenAskedBeforeMs: number
  /** It has been told of us, so it must be told when we go. */
  joined: boolean
  /** It must still be told that we became complete. */
  completedDue: boolean
}

/**
 * One tier of a torrent's trackers at work (BEP 12): in random order, the first that answers is moved to the front and kept; when it fails the
 * others are tried in turn. Tiers work side by side, each with one tracker, as current clients do.
 */
export class Tier {
  readonly #hub: TrackerHub
  readonly #owner: TierOwner
  readonly #number: number
  readonly #trackers: TrackerState[]
  readonly #stop = new AbortController()
  #appointment: AgendaEntry | undefined
  #running = false
  /** When `refresh` may announce to the tracker that answered last. */
  #refreshAtMs = Infinity

  constructor(hub: TrackerHub, owner: TierOwner, number: number, urls: readonly string[]) {
    this.#hub = hub
    this.#owner = owner
    this.#number = number
    // BEP 12: "URLs within each tier will be processed in a randomly chosen order".
    this.#trackers = shuffle([...urls], hub.random).map(url => newTracker(url, hub.protocolOf(url)))
    this.#schedule(hub.clock.nowMs())
  }

  completed(): void {
    for (const tracker of this.#trackers) tracker.completedDue = true
    // Those that never heard of us are told by `started` with nothing left.
    if (this.#trackers.some(tracker => tracker.joined)) this.#schedule(this.#hub.clock.nowMs())
  }

  refresh(): void {
    const nowMs = this.#hub.clock.nowMs()
    for (const tracker of this.#trackers) {
      tracker.notBeforeMs = Math.min(tracker.notBeforeMs, Math.max(nowMs, tracker.notEvenAskedBeforeMs))
    }
    const atMs = Math.max(nowMs, Math.min(this.#refreshAtMs, this.#retryMs()))
    if (this.#appointment && atMs < this.#appointment.timeMs) this.#schedule(atMs)
  }

  status(): DiscoveryStatus[] {
    return this.#trackers.map((tracker, i) => {
      const { url, state, message, peers, seeds, leeches, downloads, notBeforeMs } = tracker
      const waiting = state === 'failed' && notBeforeMs > (this.#appointment?.timeMs ?? 0)
      const nextMs = waiting
        ? notBeforeMs
        : i === 0 || state === 'failed'
          ? this.#appointment?.timeMs
          : undefined
      return {
        kind: 'tracker',
        label: trackerLabel(url),
        tier: this.#number,
        state,
        peers,
        ...(message !== undefined && { message }),
        ...(seeds !== undefined && { seeds }),
        ...(leeches !== undefined && { leeches }),
        ...(downloads !== undefined && { downloads }),
        ...(nextMs !== undefined && Number.isFinite(nextMs) && { nextAnnounceMs: nextMs }),
      }
    })
  }

  /** Tells the trackers that know us that we go, within `limitMs`. Never rejects. */
  async leave(limitMs: number): Promise<void> {
    if (this.#stop.signal.aborted) return
    this.#cancel()
    this.#stop.abort(new ShoalError('closed', 'the torrent left its trackers'))
    // A tracker that is not answering forgets us by itself: waiting for it would only hold up the end.
    const told = this.#trackers.filter(tracker => tracker.joined && tracker.failures === 0)
    const { clock } = this.#hub
    const bye = (tracker: TrackerState) =>
      withTimeLimit(clock, limitMs, new AbortController().signal, late, signal =>
        this.#ask(tracker, 'stopped', signal),
      )
    await Promise.allSettled(told.map(bye))
  }

  #schedule(atMs: number): void {
    if (this.#stop.signal.aborted || this.#running) return
    this.#cancel()
    if (Number.isFinite(atMs)) this.#appointment = this.#hub.agenda.at(atMs, () => void this.#round())
  }

  #cancel(): void {
    if (this.#appointment) this.#hub.agenda.cancel(this.#appointment)
    this.#appointment = undefined
  }

  /** BEP 12: tries the trackers in order until one answers. */
  async #round(): Promise<void> {
    this.#appointment = undefined
    this.#running = true
    let nextMs = Infinity
    for (const tracker of [...this.#trackers]) {
      if (tracker.notBeforeMs > this.#hub.clock.nowMs()) continue
      const waitMs = await this.#announce(tracker)
      if (this.#stop.signal.aborted) return
      this.#owner.sink.onStatus()
      if (waitMs === null) continue
      this.#toFront(tracker)
      nextMs = this.#hub.clock.nowMs() + waitMs
      break
    }
    this.#running = false
    if (nextMs === Infinity) this.#refreshAtMs = Infinity
    this.#schedule(nextMs === Infinity ? this.#retryMs() : nextMs)
  }

  /** When the first of the trackers may be tried again while none of them works. */
  #retryMs(): number {
    if (this.#refreshAtMs !== Infinity) return Infinity
    return Math.min(...this.#trackers.map(tracker => tracker.notBeforeMs))
  }

  /** Milliseconds until the next announce; null when the tracker failed. */
  async #announce(tracker: TrackerState): Promise<number | null> {
    const event = this.#eventFor(tracker)
    tracker.state = 'working'
    // It may hear of us even if its answer does not reach us.
    const knewUs = tracker.joined
    tracker.joined = true
    try {
      const left = this.#owner.topic.totals().left
      const answer = await this.#ask(tracker, event, this.#stop.signal)
      if (this.#stop.signal.aborted) return null
      // BEP 3: "No completed is sent if the file was complete when started."
      if (event === 'completed' || (event === 'started' && left === 0)) tracker.completedDue = false
      return this.#take(tracker, answer)
    } catch (error) {
      tracker.joined = knewUs
      if (!this.#stop.signal.aborted) this.#fail(tracker, error)
      return null
    }
  }

  #eventFor(tracker: TrackerState): AnnounceEvent {
    if (!tracker.joined) return 'started'
    if (tracker.completedDue) return 'completed'
    return this.#owner.topic.paused() ? 'paused' : 'none'
  }

  /** Takes in an answer; milliseconds until the next announce. */
  #take(tracker: TrackerState, answer: AnnounceAnswer): number {
    const { seeds, leeches, downloads, trackerId, warning, peers } = answer
    // `trackerid` is kept when an answer does not repeat it, as the counts are not.
    Object.assign(tracker, { seeds, leeches, downloads, trackerId: trackerId ?? tracker.trackerId })
    tracker.state = 'ok'
    tracker.failures = 0
    tracker.notBeforeMs = 0
    tracker.notEvenAskedBeforeMs = 0
    tracker.peers = peers.length
    tracker.message = warning && withoutSecrets(warning, tracker.url)
    if (answer.externalHost !== undefined) this.#hub.onExternalHost(answer.externalHost)
    const interval = Math.max(
      intervalMs(answer.intervalMs),
      answer.minIntervalMs === undefined ? 0 : intervalMs(answer.minIntervalMs),
    )
    this.#refreshAtMs = this.#hub.clock.nowMs() + refreshAfterMs(answer.minIntervalMs, interval)
    if (peers.length > 0) this.#owner.sink.onPeers(peers, 'tracker')
    return tracker.completedDue ? 0 : withJitter(interval, this.#hub.random)
  }

  #fail(tracker: TrackerState, error: unknown): void {
    const { clock, random } = this.#hub
    const asked = error instanceof TrackerError ? error.retryInMs : undefined
    tracker.failures++
    const waitMs = asked === undefined ? retryAfterMs(tracker.failures, random) : askedRetryMs(asked)
    const nowMs = clock.nowMs()
    tracker.notBeforeMs = tracker.protocol ? nowMs + waitMs : Infinity
    tracker.notEvenAskedBeforeMs =
      asked === undefined ? Math.min(tracker.notBeforeMs, nowMs + MIN_INTERVAL_MS) : nowMs + waitMs
    tracker.state = 'failed'
    tracker.peers = 0
    tracker.message = withoutSecrets(messageOf(error), tracker.url)
  }

  async #ask(tracker: TrackerState, event: AnnounceEvent, signal: AbortSignal): Promise<AnnounceAnswer> {
    const { clock, gate } = this.#hub
    const { topic, key } = this.#owner
    const { protocol, url, trackerId } = tracker
    if (!protocol)
      throw new TrackerError('unsupported', 'no such kind of tracker here: use http, https or udp')
    const totals = topic.totals()
    const request = {
      infoHash: topic.infoHash,
      peerId: topic.peerId,
      port: topic.port,
      uploaded: totals.uploaded,
      downloaded: totals.downloaded,
      left: totals.left ?? UNKNOWN_LEFT,
      event,
      numWant: event === 'stopped' ? 0 : Math.min(Math.max(topic.wanted(), 0), MAX_WANT),
      key,
      ...(trackerId !== undefined && { trackerId }),
    }
    const announce = (limited: AbortSignal) => protocol.announce(url, request, { signal: limited })
    return gate.through(new URL(url).host, signal, () =>
      withTimeLimit(clock, protocol.timeLimitMs, signal, late, announce),
    )
  }

  #toFront(tracker: TrackerState): void {
    this.#trackers.splice(this.#trackers.indexOf(tracker), 1)
    this.#trackers.unshift(tracker)
  }
}

function newTracker(url: string, protocol: TrackerProtocol | undefined): TrackerState {
  return {
    url,
    protocol,
    state: 'idle',
    message: undefined,
    peers: 0,
    seeds: undefined,
    leeches: undefined,
    downloads: undefined,
    trackerId: undefined,
    failures: 0,
    notBeforeMs: 0,
    notEvenAskedBeforeMs: 0,
    joined: false,
    completedDue: false,
  }
}

function late(): TrackerError {
  return new TrackerError('timeout', 'the tracker does not answer')
}
