/**
 * The DHT, which finds peers without trackers (BEP 5, 32, 33, 42, 43, 44, 51). `openDht` starts it and returns the `DhtDiscovery` that a session
 * joins. `DhtNode`, `searchPeers`, `announcePeer`, `getItem` and `putItem` are for programs that use the DHT by itself.
 */

export type { Contact, Endpoint } from './contact.ts'
export { DhtDiscovery, type DhtDiscoveryOptions } from './dht-discovery.ts'
export { DhtNode, type DhtNodeOptions, type DhtNodeStatus } from './dht-node.ts'
export { getItem, type ItemSearchResult, putItem } from './item-search.ts'
export { isDhtDatagram } from './krpc.ts'
export { type BootstrapNode, WELL_KNOWN_NODES } from './maintenance.ts'
export { type OpenDhtOptions, openDht } from './open-dht.ts'
export {
  type AnnounceOptions,
  announcePeer,
  type PeerSearchOptions,
  type PeerSearchResult,
  searchPeers,
} from './peer-search.ts'
export type { NodeResponse } from './response.ts'
export { encodeState, parseState, type SavedNode } from './saved-state.ts'
