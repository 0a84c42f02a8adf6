/**
 * The Shoal network. So far its DHT: a Kademlia node that speaks libp2p's protocol over any network.
 *
 * @packageDocumentation
 */
export { type Contact, keyOf } from './kad/contact.ts'
export { type FindProvidersOptions, type KadNetwork, KadNode, type KadNodeOptions } from './kad/kad-node.ts'
export { MAX_MESSAGE_BYTES } from './kad/messages.ts'
export type { ProviderStoreLimits } from './kad/provider-store.ts'
export { keywordKey, type RecordNamespace, recordKey, WORD_RULES } from './keys.ts'
