/** Schemas that the OpenAPI document gives a name, and refers to by it. */
import { z } from 'zod'
import { ScheduledLimit } from './contracts/schedule.ts'
import { WatchedFolder } from './contracts/watch.ts'
import { NodeEvent } from './events.ts'
import { Problem } from './schemas/common.ts'
import { Feed, FeedFilter, FeedItem } from './schemas/feed.ts'
import { Job } from './schemas/job.ts'
import { CountedLabel } from './schemas/label.ts'
import {
  Access,
  FolderListing,
  Health,
  History,
  LogEntry,
  NodeInfo,
  NodeStats,
  Protocol,
} from './schemas/node.ts'
import { KnownPeer, Peer } from './schemas/peer.ts'
import { SearchHit } from './schemas/search.ts'
import {
  ActedOn,
  ActOnTorrents,
  Added,
  AddTorrent,
  CreateTorrent,
  PieceMap,
  Preview,
  PreviewTorrent,
  Torrent,
  TorrentDetail,
  TorrentFile,
  Tracker,
} from './schemas/torrent.ts'
import { Upload } from './schemas/upload.ts'
import { Settings, SettingsChange } from './settings.ts'

type Names = z.core.$ZodRegistry<{ id: string }>

/** What a node answers. */
export const ANSWERS = named({
  Access,
  ActedOn,
  Added,
  CountedLabel,
  Feed,
  FeedFilter,
  FeedItem,
  FolderListing,
  Health,
  History,
  Job,
  KnownPeer,
  LogEntry,
  NodeEvent,
  NodeInfo,
  NodeStats,
  Peer,
  PieceMap,
  Preview,
  Problem,
  Protocol,
  ScheduledLimit,
  SearchHit,
  Settings,
  Torrent,
  TorrentDetail,
  TorrentFile,
  Tracker,
  Upload,
  WatchedFolder,
})

/** What a node is given: members with a default may be left out, and others than these are refused. */
export const GIVEN = named({
  ActOnTorrents,
  AddTorrent,
  CreateTorrent,
  NewFeedFilter: FeedFilter,
  NewScheduledLimit: ScheduledLimit,
  NewWatchedFolder: WatchedFolder,
  PreviewTorrent,
  SettingsChange,
})

function named(schemas: Readonly<Record<string, z.ZodType>>): Names {
  const names = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(schemas)) names.add(schema, { id })
  return names
}
