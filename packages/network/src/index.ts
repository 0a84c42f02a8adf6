/**
 * The Shoal network. So far its DHT: a Kademlia node that speaks libp2p's protocol over any
 * network.
 *
 * @packageDocumentation
 */
export { contentKeys, sealedKey } from './content-keys.ts'
export {
  decodeEntry,
  type Entry,
  type EntryFile,
  type EntrySigner,
  MAX_ENTRY_LIFE_SECONDS,
  type SignedEntry,
  signEntry,
  signWithdrawal,
} from './entries/entry.ts'
export { type Filters, matchScore } from './entries/match.ts'
export { IndexClient } from './indexing/client.ts'
export type { EntryStoreLimits } from './indexing/entry-store.ts'
export { IndexNode, type Refusals } from './indexing/index-node.ts'
export { INDEX_PROTOCOL, MAX_INDEX_MESSAGE_BYTES } from './indexing/messages.ts'
export { IndexPublisher } from './indexing/publisher.ts'
export { type Contact, keyOf } from './kad/contact.ts'
export type { KadNetwork } from './kad/kad-network.ts'
export { type FindProvidersOptions, KadNode, type KadNodeOptions } from './kad/kad-node.ts'
export { MAX_MESSAGE_BYTES } from './kad/messages.ts'
export type { ProviderStoreLimits } from './kad/provider-store.ts'
export { keywordKey, type RecordNamespace, recordKey, WORD_RULES } from './keys.ts'
export type { Misconduct, ReportMisconduct } from './misconduct.ts'
export {
  NetworkSearch,
  type SearchOptions,
  type SearchQuery,
  type SearchResult,
  WANTED_ANSWERS,
} from './search/network-search.ts'
export { rankRows, rowScore, type SearchRow } from './search/ranking.ts'
