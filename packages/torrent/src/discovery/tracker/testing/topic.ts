import type { PeerAddress } from '../../../transport/transport.ts'
import type { DiscoveryKind, DiscoverySink, DiscoveryTopic } from '../../discovery.ts'

/** A topic for tests; what is not given is a leech with 1,000 bytes left. */
export function testTopic(options: Partial<DiscoveryTopic> & { left?: number | null } = {}): DiscoveryTopic {
  const { left = 1000, ...rest } = options
  return {
    infoHash: new Uint8Array(20).fill(0xaa),
    peerId: new Uint8Array(20).fill(0x2d),
    port: 6881,
    totals: () => ({ uploaded: 1, downloaded: 2, left }),
    wanted: () => 30,
    paused: () => false,
    ...rest,
  }
}

/** A sink that keeps what it is told. */
export class RecordingSink implements DiscoverySink {
  readonly peers: PeerAddress[] = []
  readonly kinds: DiscoveryKind[] = []
  statusCalls = 0

  onPeers(peers: PeerAddress[], kind: DiscoveryKind): void {
    this.peers.push(...peers)
    this.kinds.push(kind)
  }

  onStatus(): void {
    this.statusCalls++
  }

  ports(): number[] {
    return [...new Set(this.peers.map(peer => peer.port))].sort((a, b) => a - b)
  }
}
