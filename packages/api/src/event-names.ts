import type { NodeEvent } from './events.ts'
import type { OperationName } from './operations.ts'

type EventType = NodeEvent['type']

// The contracts say this, too, but with the schemas, which take ten times as long to load.
// Written by node scripts/reference.ts

/** Types of events by topic. `NAME:ID`: a topic for each thing, whose events have its `id`. */
export const TOPICS = {
  torrents: ['torrents'],
  labels: ['labels'],
  'torrent:ID': ['torrent', 'note'],
  network: ['network'],
  people: ['people', 'payment-required', 'contact-alarm'],
  hubs: ['hubs'],
  chat: ['chat', 'chat-message', 'chat-transfer', 'chat-presence'],
  'search:ID': ['search'],
  publications: ['publications'],
  feeds: ['feeds'],
  stats: ['stats'],
  jobs: ['job'],
  log: ['log'],
  settings: ['settings'],
} as const satisfies Readonly<Record<string, readonly EventType[]>>

/** The events that outdate the answer of an operation. */
export const OUTDATED_BY: Readonly<Partial<Record<OperationName, readonly EventType[]>>> = {
  getTorrent: ['settings'],
  getPeerReach: ['settings'],
  getIpFilter: ['settings'],
  getNetwork: ['network', 'settings'],
  listNetworkPeers: ['network'],
  listProvided: ['network'],
  getReach: ['settings'],
  listPeople: ['people'],
  listBlocked: ['people'],
  listContacts: ['people', 'contact-alarm'],
  getProfile: ['people'],
  getVerification: ['people'],
  listHubs: ['hubs'],
  getChat: ['chat'],
  listConversations: ['chat'],
  getConversation: ['chat'],
  listMessages: ['chat'],
  searchMessages: ['chat'],
  listFindable: ['network'],
  listPublications: ['publications'],
  listFollowed: ['publications'],
  listFeeds: ['feeds'],
  listFeedItems: ['feeds'],
  getNote: ['note'],
  getSettings: ['settings'],
  getNode: ['settings'],
  getHealth: ['settings'],
  getAccess: ['settings'],
}

// End of what it writes
