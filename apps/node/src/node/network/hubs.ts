import type { FoundPeer } from '@shoal/network/host'
import type { Clock } from '@shoal/torrent'
import type { Random } from '@shoal/torrent/base'
import { TrackerDiscovery } from '@shoal/torrent/trackers'
import { PRODUCT } from '../../base/version.ts'

/** Peers that a tracker is asked for while the network needs nodes. */
const WANTED = 50
/** Others read it as a peer that accepts no connections. */
const NO_PORT = 1

export interface HubsOptions {
  readonly clock: Clock
  readonly random: Random
  /** 20 bytes, the same for all nodes. */
  readonly rendezvous: Uint8Array
  /** Returns the port at which others reach our host; 0 if nobody can. */
  readonly port: () => number
  readonly needsNodes: () => boolean
  readonly onPeers: (peers: readonly FoundPeer[]) => void
}

/** Hubs and other trackers as places where nodes meet: each announces its port under one hash, as a peer of a torrent, and learns of others. */
export class Hubs {
  readonly #trackers: TrackerDiscovery
  readonly #options: HubsOptions
  #membership: ReturnType<TrackerDiscovery['join']> | null = null
  #urls = ''

  constructor(options: HubsOptions) {
    this.#options = options
    const { clock, random } = options
    this.#trackers = new TrackerDiscovery({ clock, random, userAgent: PRODUCT, announceToAll: true })
  }

  /** Announces to these trackers instead of those before. WebSocket trackers are left out: nobody there has a port. */
  follow(urls: readonly string[]): void {
    const usable = urls.filter(url => /^(?:https?|udp):/i.test(url))
    if (usable.join(' ') === this.#urls) return
    this.#urls = usable.join(' ')
    void this.#membership?.leave()
    this.#membership = usable.length > 0 ? this.#join(usable) : null
  }

  async close(): Promise<void> {
    await this.#trackers.close()
  }

  #join(urls: readonly string[]) {
    const { random, rendezvous, port, needsNodes, onPeers } = this.#options
    const topic = {
      infoHash: rendezvous,
      // Not the one of the session: nothing is to link the two.
      peerId: random.bytes(20),
      get port() {
        return port() || NO_PORT
      },
      // A seed learns of no seeds.
      totals: () => ({ uploaded: 0, downloaded: 0, left: 1 }),
      wanted: () => (needsNodes() ? WANTED : 0),
      paused: () => false,
    }
    return this.#trackers.join(topic, { onPeers, onStatus() {} }, { tiers: urls.map(url => [url]) })
  }
}
