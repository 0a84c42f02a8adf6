import { z } from 'zod'
import { operation } from '../operation.ts'
import { HostPath, Nothing, PageInput, page, TorrentId } from '../schemas/common.ts'
import {
  FolderListing,
  Health,
  HISTORY_RANGES,
  History,
  LOG_LEVELS,
  LogEntry,
  NodeInfo,
  NodeStats,
  Protocol,
} from '../schemas/node.ts'
import { KnownPeer } from '../schemas/peer.ts'
import { SearchInput, SearchPage } from '../schemas/search.ts'
import { Settings, SettingsChange } from '../schemas/settings.ts'

/** The node as a whole: search, settings, statistics, folders, log. */
export const NODE_OPERATIONS = {
  search: operation({
    method: 'GET',
    path: '/api/search',
    area: 'search',
    summary: 'Find torrents and files by names, paths, comments and what documents say',
    input: SearchInput,
    output: SearchPage,
  }),
  listKnownPeers: operation({
    method: 'GET',
    path: '/api/peers',
    area: 'peers',
    summary: 'What is remembered of peers, last seen first',
    input: z.object(PageInput),
    output: page(KnownPeer),
  }),
  getSettings: operation({
    method: 'GET',
    path: '/api/settings',
    area: 'settings',
    summary: 'All settings',
    input: z.object({}),
    output: Settings,
  }),
  changeSettings: operation({
    method: 'PATCH',
    path: '/api/settings',
    area: 'settings',
    summary: 'Change settings; they hold at once',
    input: SettingsChange,
    output: Settings,
    errors: ['forbidden-path', 'fixed', 'address-in-use'],
    idempotent: true,
  }),
  getNode: operation({
    method: 'GET',
    path: '/api/node',
    area: 'node',
    summary: 'The node: version, folders, port',
    input: z.object({}),
    output: NodeInfo,
  }),
  getStats: operation({
    method: 'GET',
    path: '/api/stats',
    area: 'node',
    summary: 'Rates, totals, connections, disk space',
    input: z.object({}),
    output: NodeStats,
  }),
  getHistory: operation({
    method: 'GET',
    path: '/api/stats/history',
    area: 'node',
    summary: 'What was transferred over the hour, day, month or year',
    input: z.object({ range: z.enum(HISTORY_RANGES).default('hour') }),
    output: History,
  }),
  listProtocols: operation({
    method: 'GET',
    path: '/api/protocols',
    area: 'node',
    summary: 'What kinds of links the node understands',
    input: z.object({}),
    output: z.object({ items: z.array(Protocol) }),
  }),
  listFolders: operation({
    method: 'GET',
    path: '/api/folders',
    area: 'node',
    summary: 'Look into a folder on the node’s machine, among those allowed',
    input: z.object({ path: HostPath.optional() }),
    output: FolderListing,
    errors: ['forbidden-path'],
  }),
  listLog: operation({
    method: 'GET',
    path: '/api/log',
    area: 'node',
    summary: 'The latest log entries, oldest first',
    input: z.object({
      level: z.enum(LOG_LEVELS).default('info'),
      torrent: TorrentId.optional(),
      after: z.number().int().min(0).optional().meta({ description: 'Only entries with a higher id' }),
      limit: z.number().int().min(1).max(1000).default(200),
    }),
    output: z.object({ items: z.array(LogEntry) }),
  }),
  getHealth: operation({
    method: 'GET',
    path: '/health',
    area: 'node',
    summary: 'Whether the node works',
    input: z.object({}),
    output: Health,
  }),
  stopNode: operation({
    method: 'POST',
    path: '/api/node/stop',
    area: 'node',
    summary: 'Stop the node',
    input: z.object({}),
    output: Nothing,
    idempotent: true,
  }),
} as const
