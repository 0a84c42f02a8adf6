import type { NETWORK } from '../../contracts/network.ts'
import type { Implemented } from '../../operations.ts'
import type { NetworkPeer, NetworkStatus, ProvidedTorrent } from '../../schemas/network.ts'
import { seedOf } from './random.ts'
import { refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

const IDS = ['12D3KooWHk2p3kq7', '12D3KooWLm9f8Gd1', '12D3KooWQx4s6Nb5']

/** A node that others can reach, in a network of a few thousand. */
export function network(state: SimulatedState): Implemented<typeof NETWORK> {
  let key = 'a7Hs2Jd9'
  const announced = new Map<string, number>()
  const peers: NetworkPeer[] = IDS.map((id, i) => ({
    id,
    address: `/ip4/203.0.113.${i + 7}/tcp/6882/p2p/${id}`,
    incoming: i === 1,
    relayed: false,
    client: i === 2 ? null : 'shoal/0.1.0',
    dht: true,
    connectedMs: state.startedMs,
  }))
  const status = (): NetworkStatus => {
    const isOn = state.settings.shoal.enabled
    const id = `12D3KooW${key}`
    return {
      state: isOn ? 'on' : 'off',
      reason: isOn ? null : 'setting',
      problem: null,
      id: isOn ? id : null,
      addresses: isOn ? [`/ip4/198.51.100.4/tcp/${state.settings.shoal.port}/p2p/${id}`] : [],
      reachable: isOn,
      relaying: isOn && state.settings.shoal.relay,
      relayed: 0,
      connections: isOn ? peers.length : 0,
      nodes: isOn ? 143 : 0,
      networkSize: isOn ? 4210 : 0,
      records: isOn ? 812 : 0,
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
    listNetworkPeers: async () => ({ items: state.settings.shoal.enabled ? peers : [] }),
    async connectNetwork({ address }) {
      mustRun()
      const known = peers.find(each => each.address === address)
      if (known) return known
      const id = `12D3KooW${seedOf(address)}`
      const peer: NetworkPeer = {
        ...{ id, address, incoming: false, relayed: false, client: 'shoal/0.1.0', dht: true },
        connectedMs: state.clock.nowMs(),
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
      return { items: peers.map(({ id, address }) => ({ id, addresses: [address], connected: true })) }
    },
    async renewNetworkKey() {
      mustRun()
      key = `${key}1`
      state.emit({ type: 'network' })
      return status()
    },
  }
}
