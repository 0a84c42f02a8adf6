import type { Libp2p } from '@libp2p/interface'
import type { Clock } from '@shoal/torrent'
import type { Random } from '@shoal/torrent/base'
import { IndexClient, type IndexNetwork } from '../indexing/client.ts'
import { IndexNode } from '../indexing/index-node.ts'
import { INDEX_PROTOCOL, MAX_INDEX_MESSAGE_BYTES } from '../indexing/messages.ts'
import { IndexPublisher } from '../indexing/publisher.ts'
import type { KadNode } from '../kad/kad-node.ts'
import { addressesOf, Libp2pNetwork, serve } from '../kad/libp2p-network.ts'
import { Turns } from '../kad/turns.ts'
import type { ReportMisconduct } from '../misconduct.ts'
import { isDialable } from '../multiaddrs.ts'
import { NetworkSearch } from './network-search.ts'

export interface Libp2pIndexOptions {
  readonly host: Libp2p
  readonly kad: KadNode
  readonly clock: Clock
  readonly random: Random
  /** Whether to serve others, who can then dial this node. */
  readonly server: boolean
  /** Signs with the network key. */
  readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>
  readonly onMisconduct?: ReportMisconduct
}

export interface Libp2pIndex {
  /** Whether to store entries and keys of other nodes. */
  readonly node: IndexNode
  readonly publisher: IndexPublisher
  readonly search: NetworkSearch
  close(): Promise<void>
}

/** Opens `/shoal/index/1` on a libp2p host that already has a DHT node. */
export async function openLibp2pIndex(options: Libp2pIndexOptions): Promise<Libp2pIndex> {
  const { host, kad, server } = options
  const others = new Libp2pNetwork(host, INDEX_PROTOCOL, MAX_INDEX_MESSAGE_BYTES, (id, ip) =>
    node.tooLong(id, ip),
  )
  const turns = new Turns()
  const network: IndexNetwork = {
    // This node queries itself without a connection.
    request: async (contact, message, signal) =>
      contact.key === kad.key
        ? { bytes: await turns.finish(node.answer(contact.id, null, message)), ip: null }
        : others.request(contact, message, signal),
    dialable: (...args) => others.dialable(...args),
  }
  const client = new IndexClient({ ...options, network })
  const node = new IndexNode({ ...options, client, network })
  const publisher = new IndexPublisher({
    ...options,
    id: host.peerId.toMultihash().bytes,
    client,
    ownAddresses: () => (server ? addressesOf(host) : []),
  })
  if (server) {
    await serve(host, INDEX_PROTOCOL, MAX_INDEX_MESSAGE_BYTES, {
      handle: (id, ip, message) => node.work(id, ip, message),
      tooLong: (id, ip) => node.tooLong(id, ip),
    })
    node.start()
  }
  publisher.start()
  let outside = outsideAddresses(host)
  const readdress = () => {
    const now = outsideAddresses(host)
    if (now === outside) return
    outside = now
    publisher.readdress()
  }
  host.addEventListener('self:peer:update', readdress)
  return {
    node,
    publisher,
    search: new NetworkSearch({ ...options, client }),
    async close() {
      host.removeEventListener('self:peer:update', readdress)
      publisher.close()
      node.close()
      client.close()
      if (server) await host.unhandle(INDEX_PROTOCOL)
    },
  }
}

/**
 * Returns a host's addresses that are reachable from outside the local network, as a text for
 * comparison.
 */
function outsideAddresses(host: Libp2p): string {
  const outside = host.getMultiaddrs().filter(address => isDialable(address, null, true))
  return outside.map(String).sort().join()
}
