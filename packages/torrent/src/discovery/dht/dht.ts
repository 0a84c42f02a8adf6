/**
 * The DHT: peers without trackers (BEP 5, 32, 33, 42, 43, 51). `openDht` starts it; `DhtDiscovery` is what a session joins torrents
 * to; `DhtNode`, `searchPeers` and `announcePeer` are for programs that use the DHT by itself.
 */
export type { Answer } from './answer.ts'
export type { Contact, Endpoint } from './contact.ts'
export { DhtDiscovery, type DhtDiscoveryOptions } from './dht-discovery.ts'
export { DhtNode, type DhtNodeOptions, type DhtNodeStatus } from './dht-node.ts'
export { type BootstrapNode, WELL_KNOWN_NODES } from './maintenance.ts'
export { type OpenDhtOptions, openDht } from './open-dht.ts'
export {
  type AnnounceOptions,
  announcePeer,
  type PeerSearchOptions,
  type PeerSearchResult,
  searchPeers,
} from './peer-search.ts'
export { encodeState, parseState, type SavedNode } from './saved-state.ts'
