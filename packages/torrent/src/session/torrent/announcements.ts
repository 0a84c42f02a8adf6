import type { TorrentDiscovery } from '../../api.ts'
import type {
  DiscoveryKind,
  DiscoverySink,
  DiscoveryStatus,
  DiscoveryTopic,
  Membership,
} from '../../discovery/discovery.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import type { SessionContext, SessionDiscovery } from '../context.ts'
import type { Content } from './content.ts'
import type { TorrentData } from './torrent-data.ts'

const ALL: readonly SessionDiscovery[] = ['tracker', 'dht', 'lsd']
/** BEP 27: a private torrent's peers come only from its trackers. */
const OF_PRIVATE: readonly SessionDiscovery[] = ['tracker']

/** Receives the peers that discoveries find, and reports how many more the torrent wants. */
export interface PeerDemand {
  readonly onPeers: DiscoverySink['onPeers']
  wanted(): number
}

/**
 * Announces a torrent in all discoveries that it may use; a hybrid torrent under both of its info
 * hashes (BEP 52).
 */
export class Announcements {
  readonly #context: SessionContext
  readonly #data: TorrentData
  readonly #peers: PeerDemand
  /** Null while the torrent is not announced. */
  #byHash: HashAnnouncements[] | null = null

  constructor(context: SessionContext, data: TorrentData, peers: PeerDemand) {
    this.#context = context
    this.#data = data
    this.#peers = peers
  }

  /**
   * Joins all discoveries. If another info hash became known since the last call, joins under that
   * as well.
   */
  join(): void {
    const { v1, v2 } = this.#data.infoHashes
    this.#byHash ??= []
    if (v1) this.#add('v1', v1)
    if (v2) this.#add('v2', v2.subarray(0, 20))
    for (const kind of ALL) this.joinOne(kind)
  }

  /** Leaves the discoveries that a private torrent may not use. */
  becamePrivate(): void {
    for (const kind of ALL) if (!OF_PRIVATE.includes(kind)) void this.leaveOne(kind)
  }

  /** Joins one discovery unless the torrent is in it. */
  joinOne(kind: SessionDiscovery): void {
    const { isPrivate, content } = this.#data
    const allowed = isPrivate ? OF_PRIVATE : ALL
    if (!this.#byHash || !allowed.includes(kind)) return
    for (const each of this.#byHash) each.join(kind)
    // BEP 5: a torrent may name DHT nodes to bootstrap from.
    if (kind === 'dht')
      for (const { host, port } of content?.metainfo.nodes ?? []) this.#context.onDhtNode(host, port)
  }

  async leaveOne(kind: SessionDiscovery): Promise<void> {
    await Promise.all(this.#byHash?.map(each => each.leave(kind)) ?? [])
  }

  /** Call when the torrent's trackers change. */
  trackersChanged(): void {
    for (const each of this.#byHash ?? []) each.trackersChanged()
  }

  completed(): void {
    for (const member of this.#members()) member.completed()
  }

  /** `byUser`: see `Membership.refresh`. */
  refresh(options: { byUser?: boolean } = {}): void {
    for (const member of this.#members()) member.refresh(options)
  }

  /** Whether the torrent has trackers and each has failed since it last answered. */
  get trackersFail(): boolean {
    const members = this.#members().filter(({ kind }) => kind === 'tracker')
    return members.length > 0 && members.every(member => member.isFailing?.() ?? false)
  }

  /** Whether peers are also searched without trackers. */
  get looksElsewhere(): boolean {
    return this.#members().some(({ kind }) => kind !== 'tracker')
  }

  status(): TorrentDiscovery[] {
    const nowMs = this.#context.clock.nowMs()
    return (this.#byHash ?? []).flatMap(({ hash, members }) =>
      members.flatMap(member => member.status().map(status => discoveryStatus(status, hash, nowMs))),
    )
  }

  async leave(): Promise<void> {
    const members = this.#members()
    this.#byHash = null
    await Promise.all(members.map(member => member.leave()))
  }

  #add(hash: 'v1' | 'v2', infoHash: Uint8Array): void {
    if (!this.#byHash!.some(each => each.hash === hash))
      this.#byHash!.push(new HashAnnouncements(this.#context, this.#data, this.#peers, hash, infoHash))
  }

  #members(): Membership[] {
    return this.#byHash?.flatMap(({ members }) => members) ?? []
  }
}

/**
 * The announcements under one info hash. Discoveries receive this object itself as the torrent,
 * since a session may hold thousands.
 */
class HashAnnouncements implements DiscoveryTopic, DiscoverySink {
  readonly hash: 'v1' | 'v2'
  readonly infoHash: Uint8Array
  readonly #context: SessionContext
  readonly #data: TorrentData
  readonly #peers: PeerDemand
  readonly #members: Membership[] = []

  constructor(
    context: SessionContext,
    data: TorrentData,
    peers: PeerDemand,
    hash: 'v1' | 'v2',
    infoHash: Uint8Array,
  ) {
    this.hash = hash
    this.infoHash = infoHash
    this.#context = context
    this.#data = data
    this.#peers = peers
  }

  get members(): readonly Membership[] {
    return this.#members
  }

  join(kind: SessionDiscovery): void {
    if (this.#find(kind)) return
    const { trackers } = this.#data.origin
    const member = this.#context.discoveries?.join(kind, this, this, trackers)
    if (member) this.#members.push(member)
  }

  async leave(kind: SessionDiscovery): Promise<void> {
    const member = this.#find(kind)
    if (!member) return
    this.#members.splice(this.#members.indexOf(member), 1)
    await member.leave()
  }

  trackersChanged(): void {
    const { trackers } = this.#data.origin
    const member = this.#find('tracker')
    if (trackers.length === 0) void this.leave('tracker')
    else if (member) member.setTrackers?.(trackers)
    else this.join('tracker')
  }

  get peerId(): Uint8Array {
    return this.#context.peerId
  }

  get port(): number {
    return this.#context.ports.announced
  }

  totals(): ReturnType<DiscoveryTopic['totals']> {
    return announcedTotals(this.#data)
  }

  wanted(): number {
    return this.#peers.wanted()
  }

  paused(): boolean {
    const { lifecycle, content } = this.#data
    // BEP 21: a partial seed has everything it wants, but not every piece.
    return lifecycle.completed && !content!.have.isFull && !isUndecided(content!)
  }

  onPeers(addresses: PeerAddress[], kind: DiscoveryKind): void {
    this.#peers.onPeers(addresses, kind)
  }

  onStatus(): void {}

  #find(kind: SessionDiscovery): Membership | undefined {
    return this.#members.find(member => member.kind === kind)
  }
}

function announcedTotals({ totals, content }: TorrentData): ReturnType<DiscoveryTopic['totals']> {
  return {
    uploaded: totals?.uploadedBytes ?? 0,
    downloaded: totals?.downloadedBytes ?? 0,
    left: content && !isUndecided(content) ? content.wantedBytes - content.haveBytes : null,
  }
}

/** Whether nothing is selected yet: such a torrent does not announce itself as a seed. */
function isUndecided({ wantedBytes, have }: Content): boolean {
  return wantedBytes === 0 && !have.isFull
}

/** Converts the times of announces to relative ones, since callers do not have our clock. */
function discoveryStatus(
  { lastAnnounceMs, nextAnnounceMs, ...status }: DiscoveryStatus,
  hash: 'v1' | 'v2',
  nowMs: number,
): TorrentDiscovery {
  return {
    ...status,
    hash,
    ...(lastAnnounceMs !== undefined && {
      lastAnnounceSeconds: Math.max(0, (nowMs - lastAnnounceMs) / 1000),
    }),
    ...(nextAnnounceMs !== undefined && {
      nextAnnounceSeconds: Math.max(0, (nextAnnounceMs - nowMs) / 1000),
    }),
  }
}
