import { openDatagram as platformOpenDatagram } from '#datagram'
import { httpGet as platformHttpGet } from '#http-get'
import { HttpTracker } from '#http-tracker'
import { resolveHost as platformResolveHost } from '#resolve'
import { UdpTracker } from '#udp-tracker'
import { withTimeLimit } from '../../base/abort.ts'
import { readU32 } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { ConcurrencyLimiter } from '../../base/concurrency-limiter.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { OpenDatagram } from '../../transport/datagram.ts'
import type { ResolveHost } from '../../transport/resolve.ts'
import type { Signaling } from '../../transport/webrtc/peer-signaling.ts'
import type { Discovery, DiscoverySink, DiscoveryStatus, DiscoveryTopic, Membership } from '../discovery.ts'
import type { HttpGet } from './http-get.ts'
import { Tier, type TierContext, type TrackedTorrent, timeoutError, unsupportedTracker } from './tier.ts'
import { TimerQueue } from './timer-queue.ts'
import type { ScrapeEntry, TrackerProtocol } from './tracker.ts'
import { type OpenSocket, openSocket as platformOpenSocket } from './ws/web-socket.ts'
import { WsTracker } from './ws/ws-tracker.ts'

export interface TrackerDiscoveryOptions {
  readonly clock: Clock
  readonly random: Random
  /** `User-Agent` for HTTP trackers. */
  readonly userAgent: string
  /** The session is behind a strict proxy: see TierContext. Default false. */
  readonly isAnonymous?: boolean
  /** Announce to every tracker at once, rather than to one of each tier. Default false. */
  readonly announceToAll?: boolean
  /** Called with our own address as a tracker sees it (BEP 24): an IP literal, unchecked. */
  readonly onExternalHost?: (host: string) => void
  /** Default for these: the platform's. */
  readonly openDatagram?: OpenDatagram
  readonly resolveHost?: ResolveHost
  readonly httpGet?: HttpGet
  readonly openSocket?: OpenSocket
  /**
   * Makes and accepts the WebRTC offers that WebSocket trackers relay; null while WebRTC is off.
   * Default: always null.
   */
  readonly signaling?: () => Signaling | null
  /**
   * Further protocols by URL scheme with its colon (`https:`). They are closed along with the
   * others.
   */
  readonly protocols?: Readonly<Record<string, TrackerProtocol>>
}

type Tiers = readonly (readonly string[])[]

/** Concurrent announces, in total and per tracker host. */
const MAX_AT_ONCE = 128
const MAX_AT_ONCE_PER_HOST = 32
/** Maximum number of trackers per torrent and length of their URLs; others are ignored. */
const MAX_TRACKERS = 100
const MAX_URL = 2048
const LEAVE_LIMIT_MS = 4000

/**
 * Announces any number of torrents to their trackers (BEP 3, 7, 12, 15, 21, 23, 24, 31, 41, 48).
 *
 * It announces to one tracker of each tier, the first that answers, and uses all tiers at once.
 * Current clients do the same: BEP 12 as written would ignore later tiers while the first works,
 * and miss the peers that only they know.
 */
export class TrackerDiscovery implements Discovery {
  readonly kind = 'tracker'
  readonly #clock: Clock
  readonly #random: Random
  readonly #announceToAll: boolean
  readonly #protocols: Map<string, TrackerProtocol>
  readonly #context: TierContext
  readonly #members = new Set<TrackerMembership>()
  #closed = false

  constructor(options: TrackerDiscoveryOptions) {
    const { clock, random, userAgent, announceToAll = false, onExternalHost } = options
    const { openDatagram = platformOpenDatagram, resolveHost = platformResolveHost } = options
    const { httpGet = platformHttpGet, protocols = {} } = options
    const { openSocket = platformOpenSocket, signaling = () => null } = options
    this.#clock = clock
    this.#random = random
    this.#announceToAll = announceToAll
    const http = new HttpTracker({ clock, httpGet, resolveHost, userAgent })
    const udp = new UdpTracker({ clock, random, openDatagram, resolveHost })
    const ws = new WsTracker({ clock, openSocket, signaling })
    this.#protocols = new Map<string, TrackerProtocol>([
      ['http:', http],
      ['https:', http],
      ['udp:', udp],
      ['ws:', ws],
      ['wss:', ws],
      ...Object.entries(protocols),
    ])
    for (const protocol of this.#protocols.values()) protocol.onLost = this.#lost
    this.#context = {
      clock,
      random,
      isAnonymous: options.isAnonymous ?? false,
      timers: new TimerQueue(clock),
      limiter: new ConcurrencyLimiter({ total: MAX_AT_ONCE, perKey: MAX_AT_ONCE_PER_HOST }),
      protocolFor: url => this.#protocolFor(url),
      onExternalHost: host => onExternalHost?.(host),
    }
  }

  /**
   * Announces a torrent to its trackers: URLs in tiers (BEP 12). Does nothing if there are none.
   * Throws `closed` after `close`.
   */
  join(topic: DiscoveryTopic, sink: DiscoverySink, options: { tiers?: Tiers } = {}): Membership {
    if (this.#closed) throw new ShoalError('closed', 'The trackers were closed: open a session again')
    const { tiers = [] } = options
    if (tiers.length === 0) return NO_TRACKERS
    const torrent: TrackedTorrent = { topic, sink, key: readU32(this.#random.bytes(4), 0) }
    const membership: TrackerMembership = new TrackerMembership({
      split: wanted => this.#split(wanted),
      create: ({ number, urls }) => new Tier(this.#context, torrent, number, urls),
      onLeft: () => this.#members.delete(membership),
    })
    this.#members.add(membership)
    membership.setTrackers(tiers)
    return membership
  }

  /**
   * Splits tiers into the units that are announced independently: whole tiers, or single trackers
   * with `announceToAll`.
   */
  #split(tiers: Tiers): Unit[] {
    return usableTiers(tiers).flatMap(({ number, urls }) =>
      this.#announceToAll ? urls.map(url => ({ number, urls: [url] })) : [{ number, urls }],
    )
  }

  /**
   * Requests counts of torrents from one tracker (BEP 48, BEP 15). `infoHashes` have 20 bytes
   * each; resolves to the counts in the same order, null for a torrent that the tracker does not
   * know. Rejects with a TrackerError or with the signal's reason.
   */
  async scrape(
    url: string,
    infoHashes: readonly Uint8Array[],
    options: { signal?: AbortSignal } = {},
  ): Promise<(ScrapeEntry | null)[]> {
    const protocol = this.#protocolFor(url)
    if (!protocol) throw unsupportedTracker()
    const signal = options.signal ?? new AbortController().signal
    return withTimeLimit(this.#clock, protocol.timeLimitMs, signal, timeoutError, limited =>
      protocol.scrape(url, infoHashes, { signal: limited }),
    )
  }

  /**
   * The machine's network has changed or is back: announces all torrents at once, over new
   * connections.
   */
  networkChanged(): void {
    for (const protocol of new Set(this.#protocols.values())) protocol.networkChanged?.()
    for (const member of this.#members) member.networkChanged()
  }

  /**
   * Leaves all torrents, which announces `stopped` within a few seconds, then closes the sockets.
   */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#members].map(member => member.leave()))
    await Promise.all([...new Set(this.#protocols.values())].map(protocol => protocol.close()))
  }

  readonly #lost = (url: string, reason?: string): void => {
    for (const member of this.#members) member.lost(url, reason)
  }

  #protocolFor(url: string): TrackerProtocol | undefined {
    return URL.canParse(url) ? this.#protocols.get(new URL(url).protocol) : undefined
  }
}

/** Trackers that are tried in turn, with the index of their tier. */
interface Unit {
  readonly number: number
  readonly urls: readonly string[]
}

/** The membership of all torrents without trackers; there may be thousands. */
const NO_TRACKERS: Membership = Object.freeze({
  kind: 'tracker',
  completed: () => {},
  refresh: () => {},
  status: () => [],
  leave: () => Promise.resolve(),
})

interface MembershipOptions {
  readonly split: (tiers: Tiers) => Unit[]
  readonly create: (unit: Unit) => Tier
  readonly onLeft: () => void
}

class TrackerMembership implements Membership {
  readonly kind = 'tracker'
  readonly #options: MembershipOptions
  #tiers: readonly Tier[] = []
  /** Pending `leave` calls of removed tiers. */
  readonly #leaving = new Set<Promise<void>>()
  #left: Promise<void> | undefined

  constructor(options: MembershipOptions) {
    this.#options = options
  }

  setTrackers(tiers: Tiers): void {
    if (this.#left) return
    const { split, create } = this.#options
    const units = split(tiers)
    const before = new Map(this.#tiers.map(tier => [tierKey(tier.urls), tier]))
    this.#tiers = units.map(unit => {
      const known = before.get(tierKey(unit.urls))
      if (!known) return create(unit)
      before.delete(tierKey(unit.urls))
      known.number = unit.number
      return known
    })
    const kept = new Set(units.flatMap(({ urls }) => urls))
    for (const tier of before.values()) this.#drop(tier, kept)
  }

  /**
   * Does not announce `stopped` to trackers that are now in another tier: it could arrive after
   * that tier's `started`.
   */
  #drop(tier: Tier, kept: ReadonlySet<string>): void {
    const leaving = tier.leave(LEAVE_LIMIT_MS, kept).then(() => {
      this.#leaving.delete(leaving)
    })
    this.#leaving.add(leaving)
  }

  completed(): void {
    for (const tier of this.#tiers) tier.completed()
  }

  lost(url: string, reason?: string): void {
    for (const tier of this.#tiers) tier.lost(url, reason)
  }

  networkChanged(): void {
    for (const tier of this.#tiers) tier.networkChanged()
  }

  refresh({ byUser = false }: { byUser?: boolean } = {}): void {
    for (const tier of this.#tiers) tier.refresh(byUser)
  }

  isFailing(): boolean {
    return this.#tiers.length > 0 && this.#tiers.every(tier => tier.isFailing)
  }

  status(): DiscoveryStatus[] {
    return this.#tiers.flatMap(tier => tier.status())
  }

  leave(): Promise<void> {
    this.#left ??= Promise.all([
      ...this.#leaving,
      ...this.#tiers.map(tier => tier.leave(LEAVE_LIMIT_MS)),
    ]).then(() => this.#options.onLeft())
    return this.#left
  }
}

function tierKey(urls: readonly string[]): string {
  return [...urls].sort().join('\n')
}

/** Drops repeated and overlong URLs, trackers beyond the limit, and empty tiers. */
function usableTiers(tiers: Tiers): Unit[] {
  const seen = new Set<string>()
  const usable: Unit[] = []
  for (const [number, urls] of tiers.entries()) {
    if (seen.size >= MAX_TRACKERS) break
    const fresh: string[] = []
    for (const url of urls) {
      if (seen.size >= MAX_TRACKERS || url.length > MAX_URL || seen.has(url)) continue
      seen.add(url)
      fresh.push(url)
    }
    if (fresh.length > 0) usable.push({ number, urls: fresh })
  }
  return usable
}
