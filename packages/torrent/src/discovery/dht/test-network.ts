/** A DHT in memory and virtual time, for tests. */
import { parseIp } from '../../base/ip.ts'
import { seededRandom } from '../../base/random.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { IpFamily } from '../../transport/datagram.ts'
import { MemoryDatagramNetwork, type MemoryHost } from '../../transport/memory-datagram.ts'
import { DhtNode, type DhtNodeOptions } from './dht-node.ts'
import { nodeIdFor } from './node-id.ts'

export interface TestNetworkOptions {
  seed?: number
  loss?: number
  family?: IpFamily
}

export class TestNetwork {
  readonly clock = new VirtualClock()
  readonly random
  readonly network: MemoryDatagramNetwork
  readonly family: IpFamily
  readonly nodes: DhtNode[] = []
  #hosts = 0

  constructor({ seed = 1, loss = 0, family = 4 }: TestNetworkOptions = {}) {
    this.random = seededRandom(seed)
    this.family = family
    this.network = new MemoryDatagramNetwork({
      clock: this.clock,
      random: seededRandom(seed + 1),
      latencyMs: 20,
      jitterMs: 60,
      loss,
    })
  }

  /** Returns the `i`th public address of the family, each in a different network. */
  static address(i: number, family: IpFamily = 4): string {
    const [high, low] = [(i >> 8) & 0xff, i & 0xff]
    return family === 4 ? `${1 + high}.${low}.7.9` : `2a01:${(i + 1).toString(16)}::1`
  }

  nextAddress(): string {
    return TestNetwork.address(this.#hosts++, this.family)
  }

  socket(addresses: MemoryHost, family = this.family, port = 6881) {
    return this.network.host(addresses)({ family, port })
  }

  /**
   * Starts a node that bootstraps from the first one. Its ID is valid for its address unless
   * `options.saved` has another.
   */
  async add(options: Partial<DhtNodeOptions> & { address?: string } = {}): Promise<DhtNode> {
    const address = options.address ?? this.nextAddress()
    const random = seededRandom(this.random.below(2 ** 32))
    const first = TestNetwork.address(0, this.family)
    const node = new DhtNode({
      socket: options.socket ?? (await this.socket({ [this.family]: address })),
      clock: this.clock,
      random,
      bootstrap: address === first ? [] : [{ host: first, port: 6881 }],
      saved: { id: nodeIdFor(parseIp(address)!, random), contacts: [] },
      ...options,
    })
    this.nodes.push(node)
    return node
  }

  /** Starts `count` nodes, some every second, and waits until all have bootstrapped. */
  async grow(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      await this.add()
      if (i % 5 === 4) await this.clock.advance(1000)
    }
    await this.clock.advance(60_000)
  }

  /** Lets time pass until a promise settles. */
  async settle<T>(promise: Promise<T>, limitMs = 120_000): Promise<T> {
    let done = false
    const watched = promise.finally(() => {
      done = true
    })
    watched.catch(() => {})
    if (!(await this.clock.until(() => done, limitMs))) throw new Error('still pending')
    return watched
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(node => node.close()))
  }
}
