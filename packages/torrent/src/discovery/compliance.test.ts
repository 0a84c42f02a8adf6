import { seededRandom } from '../base/random.ts'
import { VirtualClock } from '../base/virtual-clock.ts'
import { MemoryDatagramNetwork } from '../transport/memory-datagram.ts'
import { type DiscoveryPair, testDiscovery } from './compliance.ts'
import { DhtDiscovery } from './dht/dht-discovery.ts'
import { TestNetwork } from './dht/test-network.ts'
import { LsdDiscovery } from './lsd.ts'
import { UdpTrackerServer } from './tracker/testing/udp-tracker-server.ts'
import { TrackerDiscovery } from './tracker/trackers.ts'

/** The parts that all pairs in virtual time share. */
function inVirtualTime(clock: VirtualClock) {
  return {
    until: (condition: () => boolean) => clock.until(condition, 30 * 60_000),
    advance: (ms: number) => clock.advance(ms),
    timers: () => clock.pending,
    close: async () => {},
    async settle<T>(work: Promise<T>): Promise<T> {
      let done = false
      const watched = work.finally(() => {
        done = true
      })
      await clock.until(() => done, 60_000)
      if (!done) throw new Error('not settled within a minute')
      return watched
    },
  }
}

testDiscovery('TrackerDiscovery', async (): Promise<DiscoveryPair> => {
  const clock = new VirtualClock()
  const network = new MemoryDatagramNetwork({ clock, random: seededRandom(1) })
  const server = await UdpTrackerServer.open(network.host({ 4: '10.0.0.9' }), { port: 80, clock })
  server.intervalSeconds = 120
  const machine = (host: string, seed: number) =>
    new TrackerDiscovery({
      clock,
      random: seededRandom(seed),
      userAgent: 'Test/1',
      openDatagram: network.host({ 4: host }),
      resolveHost: async () => [{ host: '10.0.0.9', family: 4 }],
    })
  const [first, second] = [machine('10.0.0.1', 2), machine('10.0.0.2', 3)]
  return {
    ...inVirtualTime(clock),
    first,
    second,
    firstHost: '10.0.0.1',
    join: (discovery, topic, sink) =>
      (discovery === first ? first : second).join(topic, sink, {
        tiers: [['udp://tracker.test:80/announce']],
      }),
    close: () => server.close(),
  }
})

testDiscovery('LsdDiscovery', async (): Promise<DiscoveryPair> => {
  const clock = new VirtualClock()
  const network = new MemoryDatagramNetwork({ clock, random: seededRandom(1) })
  const machine = (host: string, seed: number) =>
    new LsdDiscovery({ clock, random: seededRandom(seed), openDatagram: network.host({ 4: host }) })
  return {
    ...inVirtualTime(clock),
    first: machine('10.0.0.1', 2),
    second: machine('10.0.0.2', 3),
    firstHost: '10.0.0.1',
  }
})

testDiscovery('DhtDiscovery', async (): Promise<DiscoveryPair> => {
  const network = new TestNetwork()
  await network.grow(12)
  const machine = async () => new DhtDiscovery({ nodes: [await network.add()], clock: network.clock })
  const firstHost = network.nextAddress()
  const first = new DhtDiscovery({ nodes: [await network.add({ address: firstHost })], clock: network.clock })
  const second = await machine()
  return {
    ...inVirtualTime(network.clock),
    first,
    second,
    firstHost,
    // The other nodes of the network keep their timers.
    timers: () => 0,
    close: async () => {
      await Promise.all(network.nodes.map(node => node.close()))
    },
  }
})
