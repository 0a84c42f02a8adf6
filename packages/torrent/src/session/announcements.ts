import type { DiscoverySink, DiscoveryStatus, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import type { SessionContext } from './context.ts'
import type { TorrentTask } from './torrent-task.ts'

type Tiers = readonly (readonly string[])[]

/** A torrent's stay in all discoveries that it may use: for a hybrid torrent, once for each of its info hashes (BEP 52). */
export class Announcements {
  readonly #context: SessionContext
  readonly #torrent: TorrentTask
  /** Null while the torrent is not announced. */
  #memberships: Membership[] | null = null

  constructor(context: SessionContext, torrent: TorrentTask) {
    this.#context = context
    this.#torrent = torrent
  }

  /** Does nothing when it has joined already. */
  join(): void {
    if (this.#memberships) return
    const { isPrivate, origin, content } = this.#torrent
    this.#memberships = this.#join(isPrivate, origin.trackers)
    // BEP 5: a torrent names nodes of the DHT to begin with. A private one has no business there (BEP 27).
    if (isPrivate || !content) return
    for (const { host, port } of content.metainfo.nodes) this.#context.onDhtNode(host, port)
  }

  /** Trackers besides those it began with. */
  addTrackers(trackers: Tiers): void {
    this.#memberships?.push(...this.#join(true, trackers))
  }

  completed(): void {
    for (const membership of this.#memberships ?? []) membership.completed()
  }

  refresh(): void {
    for (const membership of this.#memberships ?? []) membership.refresh()
  }

  status(): DiscoveryStatus[] {
    return this.#memberships?.flatMap(membership => membership.status()) ?? []
  }

  async leave(): Promise<void> {
    const memberships = this.#memberships ?? []
    this.#memberships = null
    await Promise.all(memberships.map(membership => membership.leave()))
  }

  #join(trackersOnly: boolean, trackers: Tiers): Membership[] {
    const context = this.#context
    const torrent = this.#torrent
    const { v1, v2 } = torrent.infoHashes
    const sink: DiscoverySink = {
      onPeers: (peers, kind) => torrent.addAddresses(peers, kind),
      onStatus: () => {},
    }
    const hashes = [v1, v2?.subarray(0, 20)].filter(hash => hash !== undefined)
    return hashes.flatMap(infoHash => {
      const topic: DiscoveryTopic = {
        infoHash,
        peerId: context.peerId,
        get port() {
          return context.listenPort
        },
        totals: () => totalsOf(torrent),
        wanted: () => torrent.wantedPeers,
        // BEP 21: has all that it wants, and not all.
        paused: () => torrent.life.completed && !torrent.content!.have.isFull,
      }
      return context.joinDiscoveries(topic, sink, { private: trackersOnly, trackers })
    })
  }
}

function totalsOf({ totals, content }: TorrentTask): ReturnType<DiscoveryTopic['totals']> {
  return {
    uploaded: totals?.uploadedBytes ?? 0,
    downloaded: totals?.downloadedBytes ?? 0,
    left: content ? content.wantedBytes - content.haveBytes : null,
  }
}
