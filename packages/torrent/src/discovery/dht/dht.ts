/**
 * The DHT, which finds peers without trackers (BEP 5, 32, 33, 42, 43, 44, 51). `openDht` starts it
 * and returns the `DhtDiscovery` that a session joins. `DhtNode`, `searchPeers`, `announcePeer`,
 * `getItem` and `putItem` are for programs that use the DHT by itself.
 */

export { DhtDiscovery } from './dht-discovery.ts'
export { DhtNode } from './dht-node.ts'

export { isDhtDatagram } from './krpc.ts'
export { type BootstrapNode, WELL_KNOWN_NODES } from './maintenance.ts'
export { openDht } from './open-dht.ts'
export {
  announcePeer,
  searchPeers,
} from './peer-search.ts'
