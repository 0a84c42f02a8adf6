import { z } from 'zod'
import { TorrentId } from './schemas/common.ts'
import { Job } from './schemas/job.ts'
import { CountedLabel } from './schemas/label.ts'
import { LogEntry, NodeStats } from './schemas/node.ts'
import { Peer } from './schemas/peer.ts'
import { PieceMap, Torrent, Tracker } from './schemas/torrent.ts'

/**
 * What a node tells by itself, as JSON: over a WebSocket or as server-sent events, both at `/api/events?topics=torrents,stats`. A
 * WebSocket takes `{ "subscribe": ["log"] }` and `{ "unsubscribe": ["log"] }` later. A torrent's own page subscribes to `torrent:ID`.
 */
export const TOPICS = ['torrents', 'stats', 'jobs', 'log', 'labels', 'settings', 'feeds'] as const
export type Topic = (typeof TOPICS)[number] | `torrent:${string}`
/** What is told where no topics are named. */
export const USUAL_TOPICS: readonly Topic[] = ['torrents', 'stats', 'jobs', 'labels']

export const NodeEvent = z.discriminatedUnion('type', [
  /** The first one. `revision`: a list of that revision is up to date. `startedMs` changes when the node was restarted: read all anew. */
  z.object({ type: z.literal('hello'), revision: z.number(), startedMs: z.number() }),
  /**
   * Members of torrents that changed; whole ones for those that are new. At most once a second. Revisions count up; a list of revision R
   * needs the events beyond R.
   */
  z.object({
    type: z.literal('torrents'),
    revision: z.number(),
    changed: z.array(Torrent.partial().required({ id: true })),
    removed: z.array(TorrentId),
  }),
  z.object({ type: z.literal('stats'), stats: NodeStats }),
  z.object({ type: z.literal('job'), job: Job }),
  z.object({ type: z.literal('log'), entries: z.array(LogEntry) }),
  z.object({ type: z.literal('labels'), labels: z.array(CountedLabel) }),
  /** Ask for them anew. */
  z.object({ type: z.literal('settings') }),
  z.object({ type: z.literal('feeds') }),
  /** Of `torrent:ID`: once a second while they change. Each has what changed since the last. */
  z.object({
    type: z.literal('torrent'),
    id: TorrentId,
    peers: z.array(Peer).optional(),
    trackers: z.array(Tracker).optional(),
    pieces: PieceMap.optional(),
    files: z.array(z.object({ index: z.number(), haveBytes: z.number(), priority: z.number() })).optional(),
  }),
  /** This client read too slowly and events were dropped: read all anew. */
  z.object({ type: z.literal('resync') }),
])
export type NodeEvent = z.infer<typeof NodeEvent>
export type EventOf<Type extends NodeEvent['type']> = Extract<NodeEvent, { type: Type }>

export const ClientMessage = z
  .object({
    subscribe: z.array(z.string().max(100)).max(100).optional(),
    unsubscribe: z.array(z.string().max(100)).max(100).optional(),
  })
  .strict()
