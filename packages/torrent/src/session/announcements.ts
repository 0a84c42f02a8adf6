import type { TorrentDiscovery } from '../api.ts'
import type { DiscoverySink, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import type { Content } from './content.ts'
import type { SessionContext } from './context.ts'
import { discoveryStatus } from './discovery-status.ts'
import type { TorrentTask } from './torrent-task.ts'

/** The discoveries that a session has. */
export type SessionDiscovery = 'tracker' | 'dht' | 'lsd'

const ALL: readonly SessionDiscovery[] = ['tracker', 'dht', 'lsd']
/** BEP 27: a private torrent's peers come from its trackers alone. */
const OF_PRIVATE: readonly SessionDiscovery[] = ['tracker']

/** A torrent's stay in all discoveries that it may use: for a hybrid torrent, once for each of its info hashes (BEP 52). */
export class Announcements {
  readonly #context: SessionContext
  readonly #torrent: TorrentTask
  /** Null while the torrent is not announced. */
  #stays: Stay[] | null = null

  constructor(context: SessionContext, torrent: TorrentTask) {
    this.#context = context
    this.#torrent = torrent
  }

  /** Where it has joined already, and has learned a further hash of itself since, it joins under that as well. */
  join(): void {
    const { v1, v2 } = this.#torrent.infoHashes
    this.#stays ??= []
    if (v1) this.#stay('v1', v1)
    if (v2) this.#stay('v2', v2.subarray(0, 20))
    for (const kind of ALL) this.joinOne(kind)
  }

  /** The torrent has turned out to be private. */
  becamePrivate(): void {
    for (const kind of ALL) if (!OF_PRIVATE.includes(kind)) void this.leaveOne(kind)
  }

  /** Joins what was not there before, or would not have the torrent. */
  joinOne(kind: SessionDiscovery): void {
    const { isPrivate, content } = this.#torrent
    const allowed = isPrivate ? OF_PRIVATE : ALL
    if (!this.#stays || !allowed.includes(kind)) return
    for (const stay of this.#stays) stay.join(kind)
    // BEP 5: a torrent names nodes of the DHT to begin with.
    if (kind === 'dht')
      for (const { host, port } of content?.metainfo.nodes ?? []) this.#context.onDhtNode(host, port)
  }

  async leaveOne(kind: SessionDiscovery): Promise<void> {
    await Promise.all(this.#stays?.map(stay => stay.leave(kind)) ?? [])
  }

  /** The torrent has other trackers than before. */
  trackersChanged(): void {
    for (const stay of this.#stays ?? []) stay.trackersChanged()
  }

  completed(): void {
    for (const member of this.#members()) member.completed()
  }

  refresh(): void {
    for (const member of this.#members()) member.refresh()
  }

  status(): TorrentDiscovery[] {
    const nowMs = this.#context.clock.nowMs()
    return (this.#stays ?? []).flatMap(({ hash, members }) =>
      [...members.values()].flatMap(member =>
        member.status().map(status => discoveryStatus(status, hash, nowMs)),
      ),
    )
  }

  async leave(): Promise<void> {
    const members = this.#members()
    this.#stays = null
    await Promise.all(members.map(member => member.leave()))
  }

  #stay(hash: Stay['hash'], infoHash: Uint8Array): void {
    if (!this.#stays!.some(stay => stay.hash === hash))
      this.#stays!.push(new Stay(this.#context, this.#torrent, hash, infoHash))
  }

  #members(): Membership[] {
    return this.#stays?.flatMap(({ members }) => [...members.values()]) ?? []
  }
}

/** The stay under one info hash. */
class Stay {
  readonly hash: 'v1' | 'v2'
  readonly members = new Map<SessionDiscovery, Membership>()
  readonly #context: SessionContext
  readonly #torrent: TorrentTask
  readonly #topic: DiscoveryTopic
  readonly #sink: DiscoverySink

  constructor(context: SessionContext, torrent: TorrentTask, hash: 'v1' | 'v2', infoHash: Uint8Array) {
    this.hash = hash
    this.#context = context
    this.#torrent = torrent
    this.#topic = topicOf(context, torrent, infoHash)
    this.#sink = {
      onPeers: (peers, kind) => torrent.addAddresses(peers, kind),
      onStatus: () => {},
    }
  }

  join(kind: SessionDiscovery): void {
    if (this.members.has(kind)) return
    const { trackers } = this.#torrent.origin
    const member = this.#context.joinDiscovery(kind, this.#topic, this.#sink, trackers)
    if (member) this.members.set(kind, member)
  }

  async leave(kind: SessionDiscovery): Promise<void> {
    const member = this.members.get(kind)
    this.members.delete(kind)
    await member?.leave()
  }

  trackersChanged(): void {
    const { trackers } = this.#torrent.origin
    const member = this.members.get('tracker')
    if (trackers.length === 0) void this.leave('tracker')
    else if (member) member.setTrackers?.(trackers)
    else this.join('tracker')
  }
}

function topicOf(context: SessionContext, torrent: TorrentTask, infoHash: Uint8Array): DiscoveryTopic {
  return {
    infoHash,
    peerId: context.peerId,
    get port() {
      return context.listenPort
    },
    totals: () => totalsOf(torrent),
    wanted: () => torrent.wantedPeers,
    // BEP 21: has all that it wants, and not all.
    paused: () => torrent.life.completed && !torrent.content!.have.isFull && !isUndecided(torrent.content!),
  }
}

function totalsOf({ totals, content }: TorrentTask): ReturnType<DiscoveryTopic['totals']> {
  return {
    uploaded: totals?.uploadedBytes ?? 0,
    downloaded: totals?.downloadedBytes ?? 0,
    left: content && !isUndecided(content) ? content.wantedBytes - content.haveBytes : null,
  }
}

/** Nothing is chosen yet: to others it is no seed. */
function isUndecided({ wantedBytes, have }: Content): boolean {
  return wantedBytes === 0 && !have.isFull
}
