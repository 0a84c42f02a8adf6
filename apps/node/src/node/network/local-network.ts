import type { FoundPeer } from '@shoal/network/host'
import type { Clock } from '@shoal/torrent'
import type { Random } from '@shoal/torrent/base'
import { LsdDiscovery, type LsdOptions } from '@shoal/torrent/lsd'

export interface LocalNetworkOptions {
  readonly clock: Clock
  readonly random: Random
  /** 20 bytes, the same for all nodes. */
  readonly rendezvous: Uint8Array
  /** The host's port in the local network. */
  readonly port: number
  readonly onPeers: (peers: readonly FoundPeer[]) => void
  /** Default: the platform's. */
  readonly openDatagram?: LsdOptions['openDatagram']
}

/**
 * The local network as a meeting point: each node announces its port under a common hash by
 * multicast (BEP 14), and receives the announces of others.
 */
export class LocalNetwork {
  readonly #options: LocalNetworkOptions
  #discovery: LsdDiscovery | null = null
  #changing: Promise<void> = Promise.resolve()

  constructor(options: LocalNetworkOptions) {
    this.#options = options
  }

  /** Starts or stops announcing and listening. */
  follow(isOn: boolean): void {
    if (isOn === (this.#discovery !== null)) return
    const before = this.#discovery
    this.#discovery = isOn ? this.#join() : null
    if (before) this.#changing = this.#changing.then(() => before.close())
  }

  async close(): Promise<void> {
    this.follow(false)
    await this.#changing
  }

  #join(): LsdDiscovery {
    const { clock, random, rendezvous, port, onPeers, openDatagram } = this.#options
    const discovery = new LsdDiscovery({ clock, random, ...(openDatagram && { openDatagram }) })
    const topic = {
      ...{ infoHash: rendezvous, port },
      // BEP 14 sends no peer ID. A random one ensures that the session's is not sent.
      peerId: random.bytes(20),
      totals: () => ({ uploaded: 0, downloaded: 0, left: 1 }),
      wanted: () => 1,
      paused: () => false,
    }
    discovery.join(topic, { onPeers, onStatus() {} })
    return discovery
  }
}
