import { multiaddr } from '@multiformats/multiaddr'
import { until } from '@shoal/testing'
import { createCertificate, type Host, openHost } from '../../packages/network/src/host/host.node.ts'
import { linkedAddress } from '../../packages/network/src/transport/peer-name.ts'
import { systemRandom } from '../../packages/torrent/src/base/random.ts'

/** A node of the network that pages can dial and use as relay. It has no torrents. */
export class Relay implements AsyncDisposable {
  readonly #seed = systemRandom.bytes(32)
  readonly #certificate = createCertificate(Date.now())
  #port = 0
  #host: Host | null = null

  static async start(): Promise<Relay> {
    const relay = new Relay()
    await relay.start()
    return relay
  }

  /**
   * Its name in links: by WebRTC direct, or by WebSocket, which has the same port after a restart.
   */
  name(way: 'webrtc-direct' | 'ws' = 'webrtc-direct'): string {
    const own = this.#addresses.find(each => each.includes('/127.0.0.1/') && each.includes(`/${way}/`))
    return linkedAddress(multiaddr(own))
  }

  /** Multiaddr by which nodes dial it. */
  get address(): string {
    return this.#addresses.find(each => /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\//.test(each))!
  }

  /** Number of pages reached through it. */
  get places(): number {
    return this.#host!.libp2p.services.relay.reservations
  }

  /** Number of announcements that it stores. */
  get records(): number {
    return this.#host!.kad.storedRecords
  }

  /** Number of those under a key of the DHT. */
  providersOf(key: Uint8Array): number {
    return this.#host!.kad.providers.get(key, 10).length
  }

  /** Number of connections, of pages and nodes. */
  get connections(): number {
    return this.#host!.libp2p.getConnections().length
  }

  /** Only publicly reachable nodes are relays. */
  async start({ isReachable = true } = {}): Promise<void> {
    this.#host = await openHost({
      seed: this.#seed,
      listen: [
        '/ip4/127.0.0.1/tcp/0',
        `/ip4/127.0.0.1/tcp/${this.#port}/ws`,
        '/ip4/127.0.0.1/udp/0/webrtc-direct',
      ],
      certificate: await this.#certificate,
    })
    const [internalPort] = this.#addresses.flatMap(
      each => /\/tcp\/(\d+)\/ws/.exec(each)?.slice(1).map(Number) ?? [],
    )
    this.#port = internalPort!
    if (isReachable) await this.becomeReachable()
  }

  async becomeReachable(): Promise<void> {
    const { libp2p, setMapped } = this.#host!
    // That address is not dialed in this test.
    setMapped([{ transport: 'tcp', address: '198.51.100.7', port: 4001, internalPort: this.#port }])
    await until('the node is a relay', () => libp2p.services.relay.isServing)
  }

  get #addresses(): string[] {
    return this.#host!.libp2p.getMultiaddrs().map(String)
  }

  async stop(): Promise<void> {
    const host = this.#host
    this.#host = null
    await host?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}
