/**
 * The Shoal network in a node: a libp2p host with the DHT, and the search for its first nodes.
 * Loads libp2p.
 */
export { KAD_PROTOCOL } from '../kad/libp2p-network.ts'
export { announceStun, KnownStun } from '../transport/known-stun.ts'
export { Bootstrap, type BootstrapOptions, type FoundPeer, RENDEZVOUS } from './bootstrap.ts'
export {
  createCertificate,
  type Host,
  type HostCertificate,
  type HostOptions,
  identified,
  type MappedPort,
  openHost,
} from './host.node.ts'
export { type KeyExchange, openKeyExchange } from './key-exchange.ts'
export { type KeyStreams, openKeyStreams } from './key-streams.ts'
export { dialText, knownNodes, learnPeer, type NamedNode, namedNode, pagePeers } from './peers.ts'
export { PublicNodes, type PublicNodesOptions } from './public-nodes.ts'
