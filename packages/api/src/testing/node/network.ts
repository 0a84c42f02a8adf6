import type { NETWORK } from '../../contracts/network.ts'
import type { Implemented } from '../../operations.ts'
import type { NetworkPeer, NetworkStatus, ProvidedTorrent } from '../../schemas/network.ts'
import { Random, seedOf } from './random.ts'
import { refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const KAD = '/shoal/kad/1.0.0'
const COMMON = ['/ipfs/id/1.0.0', '/ipfs/id/push/1.0.0', '/ipfs/ping/1.0.0', '/libp2p/autonat/1.0.0']
const SHOAL = [KAD, '/shoal/index/1', '/shoal/bittorrent/1', '/shoal/webrtc/1', '/shoal/bittorrent-port/1']
const RELAY = '/libp2p/circuit/relay/0.2.0/hop'
const PEERS = 9
/** Nodes in the routing table: at most 20 at each distance. */
const KNOWN = { nearBits: 8, each: 20 }

/** A node that others can reach, in a network of a few thousand. */
export function network(state: SimulatedState): Implemented<typeof NETWORK> {
  const random = new Random(7)
  let ownKey = random.hex(8)
  let ownId = nodeId(random)
  const announced = new Map<string, number>()
  const peers = Array.from({ length: PEERS }, (_, i) => {
    const { client, protocols, address, ...peer } = samplePeer(random, i, state.startedMs)
    const said = { address: state.says(address), protocols: protocols.map(state.says) }
    return { ...peer, ...said, client: client === null ? null : state.says(client) }
  })
  const knownKeys = Array.from({ length: KNOWN.nearBits * KNOWN.each }, (_, i) =>
    nearKey(random, ownKey, Math.floor(i / KNOWN.each)),
  )
  const status = (): NetworkStatus => {
    const isOn = state.settings.shoal.enabled
    const id = ownId
    return {
      state: isOn ? 'on' : 'off',
      reason: isOn ? null : 'setting',
      problem: null,
      id: isOn ? id : null,
      addresses: isOn ? ownAddresses(state.settings.shoal.port, id) : [],
      reachable: isOn,
      relaying: isOn && state.settings.shoal.relay,
      relayed: 0,
      connections: isOn ? peers.length : 0,
      nodes: isOn ? knownKeys.length : 0,
      networkSize: isOn ? 4210 : 0,
      records: isOn ? 812 : 0,
      refused: {
        'bad-message': 0,
        forged: isOn ? 3 : 0,
        replayed: 0,
        flood: 0,
        unasked: 0,
        full: isOn ? 41 : 0,
      },
    }
  }
  const mustRun = () => {
    if (!state.settings.shoal.enabled)
      throw refusal(
        'unsupported',
        'The Shoal network is off: turn on shoal.enabled in the settings.',
        'enabled',
      )
  }
  const provided = (): ProvidedTorrent[] =>
    [...state.torrents.values()]
      .filter(({ row }) => row.state === 'seeding' && !row.private && !row.sealed)
      .slice(0, 3)
      .map(({ row }) => ({
        id: row.id,
        name: row.name,
        cid: `baf5rcf${row.id}`,
        announcedMs: announced.get(row.id) ?? state.startedMs,
        nodes: 22,
      }))
  return {
    getNetwork: async () => status(),
    listNetworkPeers: async () =>
      state.settings.shoal.enabled
        ? { items: peers, ownKey, knownKeys }
        : { items: [], ownKey: null, knownKeys: [] },
    async connectNetwork({ address }) {
      mustRun()
      const known = peers.find(each => each.address === address)
      if (known) return known
      const peer: NetworkPeer = {
        ...samplePeer(new Random(seedOf(address)), 0, state.clock.nowMs()),
        address,
      }
      peers.push(peer)
      state.emit({ type: 'network' })
      return peer
    },
    listProvided: async () => ({ items: state.settings.shoal.enabled ? provided() : [] }),
    async announceTorrent({ id }) {
      mustRun()
      const torrent = state.torrents.get(id)
      if (!torrent) throw refusal('not-found', 'There is no such torrent.', 'id')
      announced.set(id, state.clock.nowMs())
      state.emit({ type: 'network' })
      return {
        ...{ id, name: torrent.row.name, cid: `baf5rcf${id}`, nodes: 22 },
        announcedMs: state.clock.nowMs(),
      }
    },
    async findProviders() {
      mustRun()
      const items = peers.slice(0, 3).map(({ id, address }, i) => ({
        ...{ id, addresses: [address], connected: i > 0 },
      }))
      return { items }
    },
    async renewNetworkKey() {
      mustRun()
      ownKey = random.hex(8)
      ownId = nodeId(random)
      state.emit({ type: 'network' })
      return status()
    },
  }
}

function nodeId(random: Random): string {
  return `12D3KooW${Array.from({ length: 44 }, () => random.pick([...BASE58])).join('')}`
}

/** A key that shares exactly `bits` bits with another. */
function nearKey(random: Random, key: string, bits: number): string {
  const distance = (2 ** 31 + random.next() * 2 ** 31) / 2 ** bits
  return ((Number.parseInt(key, 16) ^ distance) >>> 0).toString(16).padStart(8, '0')
}

/** The third is reached through the second, and the last one is of another program. */
function samplePeer(random: Random, i: number, connectedMs: number): NetworkPeer {
  const id = nodeId(random)
  const [isRelayed, isOther] = [i === 2, i === PEERS - 1]
  const own = isOther ? COMMON : [...COMMON, ...SHOAL, ...(i === 1 ? [RELAY] : [])]
  const direct = i % 3 === 1 ? 'tcp/6883/ws' : 'tcp/6882'
  return {
    id,
    address: isRelayed
      ? `/ip4/203.0.113.8/tcp/6882/p2p/${nodeId(new Random(i))}/p2p-circuit/p2p/${id}`
      : `/ip4/203.0.113.${i + 7}/${direct}/p2p/${id}`,
    incoming: i % 4 === 1,
    relayed: isRelayed,
    client: isOther ? null : 'shoal/0.1.0',
    dht: !isOther,
    protocols: own.toSorted(),
    key: random.hex(8),
    connectedMs: connectedMs - i * 500_000,
  }
}

function ownAddresses(port: number, id: string): string[] {
  return ['198.51.100.4', '192.168.1.20'].flatMap(ip => [
    `/ip4/${ip}/tcp/${port}/p2p/${id}`,
    `/ip4/${ip}/tcp/${port + 1}/ws/p2p/${id}`,
    `/ip4/${ip}/udp/${port}/webrtc-direct/certhash/uEiDDq4_xNyDorZBH3TlGazyJdOWSwvo4PUo5YHFMrvDE8g/p2p/${id}`,
  ])
}
