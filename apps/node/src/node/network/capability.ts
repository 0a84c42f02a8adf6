/**
 * The Shoal network: the node's host, the torrents that it provides, and peer discovery without
 * trackers.
 */
import { NETWORK as CONTRACT, type Implemented } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { counter, gauge, samplesBy } from '@shoal/daemon/metrics'
import { Vault } from '@shoal/daemon/vault'
import { isMagnet, parseInfoHash, parseMagnet } from '@shoal/torrent'
import { refuseIpfsCid } from '../../base/ipfs-cid.ts'
import { capability } from '../kernel/capability.ts'
import { MISCONDUCT, NETWORK_SEED } from '../people/service.ts'
import { ENGINE, FacetTable, type ManagedTorrent, TORRENTS } from '../torrents/service.ts'
import type { Wanting } from './lookups.ts'
import { LASTING_USE, type NetworkUse, NodeNetwork } from './network.ts'
import { NetworkStore } from './network-store.ts'
import type { Providing } from './providing.ts'
import { PUBLISHED, NETWORK as SERVICE } from './service.ts'
import { NETWORK_TABLES } from './tables.ts'

const SEARCH_MS = 60_000

export const NETWORK = networkOf(LASTING_USE)

export function networkOf(use: NetworkUse) {
  return capability({
    contract: CONTRACT,
    migrations: NETWORK_TABLES,
    needs: { engine: ENGINE, torrents: TORRENTS, seed: NETWORK_SEED, onMisconduct: MISCONDUCT },
    provides: { network: SERVICE, published: PUBLISHED },
    start(kernel, { engine, torrents, seed, onMisconduct }) {
      const { clock, settings, database, events } = kernel
      const { registry } = torrents
      const published = new FacetTable({ database, torrents }, 'published_torrents', {})
      const store = new NetworkStore(database, new Vault(kernel.dataDir), seed)
      const onChanged = () => events.publish('network', { type: 'network' })
      const network = new NodeNetwork({
        kernel,
        engine,
        store,
        blocks: ip => torrents.blocks(ip),
        onMisconduct,
        onChanged,
        use,
      })
      let providing: Providing | null = null
      network.use(host => {
        const parts = Promise.all([import('./providing.ts'), import('./lookups.ts')])
        const started = parts.then(([{ Providing }, { Lookups }]) => {
          const offering = new Providing({
            ...{ host, clock, onChanged },
            torrents: () => registry.listed(),
            isPublished: torrent => published.read(torrent) !== null,
            offersDownloads: () => settings.current.shoal.provideDownloads,
            withdraws: use.withdraws,
          })
          const lookups = new Lookups({ host, clock, wanting: () => wanting(registry.listed()) })
          offering.start()
          lookups.start()
          providing = offering
          return [offering, lookups]
        })
        return async () => {
          providing = null
          for (const part of await started) await part.close()
        }
      })
      const operations: Implemented<typeof CONTRACT> = {
        getNetwork: async () => network.status,
        listNetworkPeers: async () => ({ items: await network.peers(), ...(await network.places()) }),
        connectNetwork: ({ address }) => network.connect(address),
        listProvided: async () => ({ items: providing?.list() ?? [] }),
        async announceTorrent({ id }, options) {
          const torrent = registry.get(id)
          void network.mustRun
          if (torrent.sealed || torrent.api.metainfo?.info.private)
            throw new Failure(
              'refused',
              `${torrent.name} is private or sealed, and never announced under its content ID`,
            )
          if (!torrent.api.metainfo)
            throw new Failure('refused', `${torrent.name} cannot be announced until its metadata is known`)
          published.write(torrent, {})
          if (!providing)
            throw new Failure('unsupported', 'The Shoal network is starting: try again in a few seconds')
          return providing.announce(torrent, options?.signal)
        },
        async findProviders({ link }, options) {
          const host = network.mustRun
          const text = link.trim()
          refuseIpfsCid(text)
          const infoHashes = isMagnet(text) ? parseMagnet(text).infoHashes : parseInfoHash(text)
          const limit = AbortSignal.timeout(SEARCH_MS)
          const signal = options?.signal ? AbortSignal.any([options.signal, limit]) : limit
          const found = await network.findProviders(infoHashes, signal)
          const isConnected = (id: string) =>
            host.libp2p.getConnections().some(({ remotePeer }) => remotePeer.toString() === id)
          return {
            items: [...found].map(([id, addresses]) => ({
              id,
              addresses: [...addresses],
              connected: isConnected(id),
            })),
          }
        },
        renewNetworkKey: () => network.renewKey(),
      }
      return {
        operations,
        provides: { network, published: { add: torrent => published.write(torrent, {}) } },
        metrics: () => {
          const { state, connections, nodes, networkSize, records, refused } = network.status
          if (state !== 'on') return []
          return [
            gauge('network_connections', 'Connections of the Shoal network.', connections),
            gauge('network_nodes', "Nodes in the routing table of the Shoal network's DHT.", nodes),
            gauge('network_size_nodes', 'Estimated number of nodes in the Shoal network.', networkSize),
            gauge(
              'network_records',
              'Records of the Shoal network that the node stores for others.',
              records,
            ),
            counter(
              'network_refused_total',
              'Messages and records of others in the Shoal network that were refused, by reason.',
              samplesBy('reason', refused),
            ),
          ]
        },
        begin: () => network.begin(),
        close: () => network.close(),
      }
    },
  })
}

/**
 * Torrents that need peers: not complete, not private, and sealed ones only with the key from the
 * link.
 */
function* wanting(torrents: Iterable<ManagedTorrent>): Iterable<Wanting> {
  for (const torrent of torrents) {
    const { api, sealed, row, linkKey } = torrent
    if (row.removedMs !== null || api.metainfo?.info.private || (sealed && !linkKey)) continue
    if (api.state === 'downloading' || api.state === 'metadata') yield { torrent: api, linkKey }
  }
}
