import type { FoundPeer } from '@shoal/network/host'
import type { Clock } from '@shoal/torrent'
import type { Random } from '@shoal/torrent/base'
import { TrackerDiscovery } from '@shoal/torrent/trackers'
import { PRODUCT } from '../../base/version.ts'

/** Number of peers requested from a tracker while the network needs nodes. */
const WANTED = 50
/** Others take it for a peer that accepts no connections. */
const NO_PORT = 1

export interface HubsOptions {
  readonly clock: Clock
  readonly random: Random
  /** 20 bytes, the same for all nodes. */
  readonly rendezvous: Uint8Array
  /** Returns the external port of our host; 0 if it is unreachable. */
  readonly port: () => number
  readonly needsNodes: () => boolean
  readonly onPeers: (peers: readonly FoundPeer[]) => void
}

/**
 * Hubs and other trackers as meeting points: each node announces its port under a common hash, like
 * a peer of a torrent, and receives the addresses of others.
 */
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

  /**
   * Replaces the trackers to announce to. WebSocket trackers are skipped: their peers have no
   * ports.
   */
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
      // Not the session's: the two must not be linkable.
      peerId: random.bytes(20),
      get port() {
        return port() || NO_PORT
      },
      // A seed would receive no seeds.
      totals: () => ({ uploaded: 0, downloaded: 0, left: 1 }),
      wanted: () => (needsNodes() ? WANTED : 0),
      paused: () => false,
    }
    return this.#trackers.join(topic, { onPeers, onStatus() {} }, { tiers: urls.map(url => [url]) })
  }
}
