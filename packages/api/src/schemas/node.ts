import { z } from 'zod'
import { LOG_LEVELS } from '../choices.ts'
import { Bytes, BytesPerSecond, TimeMs, TorrentId, Untrusted } from './common.ts'
import { ANSWERS } from './names.ts'

export const NodeInfo = z
  .object({
    version: z.string(),
    apiVersion: z.literal(1),
    startedMs: TimeMs,
    /** Default download folder. */
    directory: z.string(),
    /** Folders that files can be shared from or downloaded to. */
    allowedDirectories: z.array(z.string()),
    /** Port for incoming peer connections. 0 while none is open. */
    peerPort: z.number().int().min(0).max(65_535),
    /**
     * The configured port, if another program uses it, so that `peerPort` is a free one instead.
     * Null otherwise.
     */
    takenPeerPort: z.number().int().min(1).max(65_535).nullable(),
    platform: z.string(),
    /**
     * Dotted names of the settings fixed by the command line or the environment. They cannot be
     * changed through the API.
     */
    fixedSettings: z.array(z.string()),
    /**
     * Names of the running capabilities. Operations, settings and events of the others are absent.
     */
    capabilities: z.array(z.string()),
  })
  .register(ANSWERS, { id: 'NodeInfo' })
export type NodeInfo = z.infer<typeof NodeInfo>

export const NodeStats = z
  .object({
    atMs: TimeMs,
    downloadBytesPerSecond: BytesPerSecond,
    uploadBytesPerSecond: BytesPerSecond,
    /** Totals since the node started (`session`) and since it was installed (`allTime`). */
    session: z.object({ downloadedBytes: Bytes, uploadedBytes: Bytes }),
    allTime: z.object({ downloadedBytes: Bytes, uploadedBytes: Bytes }),
    /** Number of torrents by state. */
    torrents: z.record(z.string(), z.number().int().min(0)),
    /** Number of open connections by transport, such as `tcp` or `webseed`. */
    connections: z.record(z.string(), z.number().int().min(0)),
    /** Number of nodes in the DHT's routing table. Null if the DHT is disabled. */
    dhtNodes: z.number().int().min(0).nullable(),
    disk: z.array(z.object({ directory: z.string(), freeBytes: Bytes, totalBytes: Bytes })),
    /**
     * Bytes to free on the disk of the data folder before the node accepts changes. Null while
     * there is enough space.
     */
    lacksBytes: Bytes.nullable(),
    memoryBytes: Bytes,
    uptimeSeconds: z.number().min(0),
    /**
     * The current rate limits and their origin: the usual limits, the alternative limits or the
     * schedule.
     */
    limits: z.object({
      downloadBytesPerSecond: z.number().nullable(),
      uploadBytesPerSecond: z.number().nullable(),
      by: z.enum(['settings', 'alternative', 'schedule']),
    }),
    /** Number of documents waiting to be indexed, and already indexed. */
    indexing: z.object({ waiting: z.number().int().min(0), indexed: z.number().int().min(0) }),
  })
  .register(ANSWERS, { id: 'NodeStats' })
export type NodeStats = z.infer<typeof NodeStats>

export const HISTORY_RANGES = ['hour', 'day', 'month', 'year'] as const
export const History = z
  .object({
    stepSeconds: z.number().min(1),
    /** Oldest first. Steps without transfers may be missing. */
    points: z.array(z.object({ atMs: TimeMs, downloadedBytes: Bytes, uploadedBytes: Bytes })),
  })
  .register(ANSWERS, { id: 'History' })
export type History = z.infer<typeof History>

export const LogEntry = z
  .object({
    /** Increases from 1 since the start of the node. */
    id: z.number().int().min(1),
    atMs: TimeMs,
    level: z.enum(LOG_LEVELS),
    torrent: TorrentId.nullable(),
    message: Untrusted,
  })
  .register(ANSWERS, { id: 'LogEntry' })
export type LogEntry = z.infer<typeof LogEntry>

export const Health = z
  .object({
    status: z.enum(['ok', 'degraded']),
    version: z.string().optional().meta({ description: 'Only for callers with access' }),
    problems: z.array(Untrusted).optional().meta({
      description: 'Sentences on what is wrong and what to do about it, only for callers with access',
    }),
  })
  .register(ANSWERS, { id: 'Health' })
export type Health = z.infer<typeof Health>

export const Protocol = z
  .object({
    name: z.string(),
    /**
     * The supported forms of links, for people: `magnet:?xt=…`, `an info hash (40 or 64 hex
     * digits)`.
     */
    understands: z.array(z.string()),
  })
  .register(ANSWERS, { id: 'Protocol' })
export type Protocol = z.infer<typeof Protocol>

export const FolderListing = z
  .object({
    path: z.string(),
    /** Null if the parent folder is not allowed. */
    parent: z.string().nullable(),
    entries: z.array(
      z.object({ name: Untrusted, path: Untrusted, kind: z.enum(['folder', 'file']), lengthBytes: Bytes }),
    ),
    freeBytes: Bytes,
    /** Size of its file system. */
    totalBytes: Bytes,
  })
  .register(ANSWERS, { id: 'FolderListing' })
export type FolderListing = z.infer<typeof FolderListing>

/** The current user and how they are authenticated. */
export const Access = z
  .object({
    username: z.string().nullable(),
    by: z.enum(['none', 'token', 'password', 'session']),
    /** Whether a user name and password are set. */
    password: z.boolean(),
    /** Whether a passkey can be used to log in. */
    passkeys: z.boolean(),
  })
  .register(ANSWERS, { id: 'Access' })
export type Access = z.infer<typeof Access>

/**
 * A logged-in browser or device. The session ends 30 days after its last use, that of a device 15
 * minutes after it.
 */
export const LoginSession = z
  .object({
    id: z.number().int().min(1),
    /** The user, or the did:key of the person whose device it is. */
    username: z.string(),
    /** Login method. */
    by: z.enum(['token', 'password', 'device', 'passkey']),
    /** Address of the login. */
    address: z.string(),
    /**
     * Browser and system, or the program, as they identify themselves: `Firefox, Linux`. Null if
     * unknown.
     */
    browser: Untrusted.nullable(),
    createdMs: TimeMs,
    /** To the minute. */
    usedMs: TimeMs,
    expiresMs: TimeMs,
    /** Whether it is the session of this request. */
    current: z.boolean(),
  })
  .register(ANSWERS, { id: 'LoginSession' })
export type LoginSession = z.infer<typeof LoginSession>
