import type { DiscoverySink, DiscoveryStatus, DiscoveryTopic, Membership } from '../discovery/discovery.ts'
import type { InfoHashes } from '../metainfo/metainfo.ts'
import type { SessionContext } from './context.ts'

type Tiers = readonly (readonly string[])[]

/** What is announced of a torrent. */
export interface Announced {
  readonly infoHashes: InfoHashes
  readonly isPrivate: boolean
  totals(): { uploaded: number; downloaded: number; left: number | null }
  wanted(): number
  paused(): boolean
}

/** A torrent's stay in all discoveries that it may use: for a hybrid torrent, once for each of its info hashes (BEP 52). */
export class Announcements {
  readonly #context: SessionContext
  readonly #torrent: Announced
  readonly #sink: DiscoverySink
  readonly #memberships: Membership[]

  constructor(context: SessionContext, torrent: Announced, trackers: Tiers, sink: DiscoverySink) {
    this.#context = context
    this.#torrent = torrent
    this.#sink = sink
    this.#memberships = this.#join(torrent.isPrivate, trackers)
  }

  /** Trackers besides those it began with. */
  addTrackers(trackers: Tiers): void {
    this.#memberships.push(...this.#join(true, trackers))
  }

  completed(): void {
    for (const membership of this.#memberships) membership.completed()
  }

  refresh(): void {
    for (const membership of this.#memberships) membership.refresh()
  }

  status(): DiscoveryStatus[] {
    return this.#memberships.flatMap(membership => membership.status())
  }

  async leave(): Promise<void> {
    await Promise.all(this.#memberships.map(membership => membership.leave()))
  }

  #join(trackersOnly: boolean, trackers: Tiers): Membership[] {
    const context = this.#context
    const torrent = this.#torrent
    const { v1, v2 } = torrent.infoHashes
    const hashes = [v1, v2?.subarray(0, 20)].filter(hash => hash !== undefined)
    return hashes.flatMap(infoHash => {
      const topic: DiscoveryTopic = {
        infoHash,
        peerId: context.peerId,
        get port() {
          return context.listenPort
        },
        totals: () => torrent.totals(),
        wanted: () => torrent.wanted(),
        paused: () => torrent.paused(),
      }
      return context.joinDiscoveries(topic, this.#sink, { private: trackersOnly, trackers })
    })
  }
}
