import { z } from 'zod'
import { Bytes, BytesPerSecond, TimeMs, TorrentId } from './common.ts'
import { ANSWERS } from './names.ts'

export const NodeInfo = z
  .object({
    version: z.string(),
    apiVersion: z.literal(1),
    startedMs: TimeMs,
    /** Default download folder. */
    directory: z.string(),
    /** Folders that files may be shared from and downloaded to. */
    allowedDirectories: z.array(z.string()),
    /** Port for peers; 0 while none is open. */
    peerPort: z.number().int().min(0).max(65_535),
    platform: z.string(),
    /** Settings that command line or environment decide, by their dotted names: they cannot be changed here. */
    fixedSettings: z.array(z.string()),
    /** Names of the capabilities that run. Operations, settings and events of others are absent. */
    capabilities: z.array(z.string()),
  })
  .register(ANSWERS, { id: 'NodeInfo' })
export type NodeInfo = z.infer<typeof NodeInfo>

export const NodeStats = z
  .object({
    atMs: TimeMs,
    downloadBytesPerSecond: BytesPerSecond,
    uploadBytesPerSecond: BytesPerSecond,
    /** Since the node started, and over all its life. */
    session: z.object({ downloadedBytes: Bytes, uploadedBytes: Bytes }),
    allTime: z.object({ downloadedBytes: Bytes, uploadedBytes: Bytes }),
    /** Torrents by state. */
    torrents: z.record(z.string(), z.number().int().min(0)),
    /** Open connections by transport: `tcp`, `webseed` … */
    connections: z.record(z.string(), z.number().int().min(0)),
    /** Nodes in the routing table; null when the DHT is off. */
    dhtNodes: z.number().int().min(0).nullable(),
    disk: z.array(z.object({ directory: z.string(), freeBytes: Bytes, totalBytes: Bytes })),
    memoryBytes: Bytes,
    uptimeSeconds: z.number().min(0),
    /** The limits that hold now, and why: the usual ones, the alternative ones, or the schedule. */
    limits: z.object({
      downloadBytesPerSecond: z.number().nullable(),
      uploadBytesPerSecond: z.number().nullable(),
      by: z.enum(['settings', 'alternative', 'schedule']),
    }),
    /** Documents that wait to be indexed for search. */
    indexing: z.object({ waiting: z.number().int().min(0), indexed: z.number().int().min(0) }),
  })
  .register(ANSWERS, { id: 'NodeStats' })
export type NodeStats = z.infer<typeof NodeStats>

export const HISTORY_RANGES = ['hour', 'day', 'month', 'year'] as const
export const History = z
  .object({
    stepSeconds: z.number().min(1),
    /** Oldest first; a step in which nothing moved may be missing. */
    points: z.array(z.object({ atMs: TimeMs, downloadedBytes: Bytes, uploadedBytes: Bytes })),
  })
  .register(ANSWERS, { id: 'History' })
export type History = z.infer<typeof History>

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export const LogEntry = z
  .object({
    /** Counts up; a restart begins anew. */
    id: z.number().int().min(1),
    atMs: TimeMs,
    level: z.enum(LOG_LEVELS),
    torrent: TorrentId.nullable(),
    message: z.string(),
  })
  .register(ANSWERS, { id: 'LogEntry' })
export type LogEntry = z.infer<typeof LogEntry>

export const Health = z
  .object({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    /** What is wrong, and what to do about it. */
    problems: z.array(z.string()),
  })
  .register(ANSWERS, { id: 'Health' })
export type Health = z.infer<typeof Health>

export const Protocol = z
  .object({
    name: z.string(),
    /** What it understands, for people: `magnet:?xt=…`, `an info hash (40 or 64 hex digits)`. */
    understands: z.array(z.string()),
  })
  .register(ANSWERS, { id: 'Protocol' })
export type Protocol = z.infer<typeof Protocol>

export const FolderListing = z
  .object({
    path: z.string(),
    /** Null at the top of what is allowed. */
    parent: z.string().nullable(),
    entries: z.array(
      z.object({ name: z.string(), path: z.string(), kind: z.enum(['folder', 'file']), lengthBytes: Bytes }),
    ),
    freeBytes: Bytes,
  })
  .register(ANSWERS, { id: 'FolderListing' })
export type FolderListing = z.infer<typeof FolderListing>

/** Who asks, and how they proved it. */
export const Access = z
  .object({
    username: z.string().nullable(),
    by: z.enum(['none', 'token', 'password', 'session']),
    /** Whether a user name and password are set; else the token is what opens the node. */
    password: z.boolean(),
  })
  .register(ANSWERS, { id: 'Access' })
export type Access = z.infer<typeof Access>
