import { z } from 'zod'
import {
  Bytes,
  BytesPerSecond,
  FileIndex,
  HostPath,
  Name,
  PageInput,
  Priority,
  page,
  RateLimit,
  TimeMs,
  TorrentId,
  TorrentIds,
} from './common.ts'
import { Job } from './job.ts'
import { ANSWERS, GIVEN } from './names.ts'

/**
 * `queued`: waits for a place among the active ones. `metadata`: fetches the metadata of a link from peers. `checking`: reads what is on disk.
 * `moving`: its files are on their way to another folder. `seeding`: has all that is wanted, and shares it. `complete`: has all that is wanted, and is paused.
 */
export const TORRENT_STATES = [
  'queued',
  'metadata',
  'checking',
  'downloading',
  'seeding',
  'moving',
  'paused',
  'complete',
  'error',
] as const
export const TorrentState = z.enum(TORRENT_STATES)
export type TorrentState = z.infer<typeof TorrentState>

/** A torrent as a row of a list. Everything in it comes with events, so that a list needs no polling. */
export const Torrent = z
  .object({
    id: TorrentId,
    infoHashV1: z.string().nullable(),
    infoHashV2: z.string().nullable(),
    name: z.string(),
    state: TorrentState,
    /** Why `state` is `error`, and what to do about it. */
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    /** 0 to 1: of what is wanted, or of the checking while that runs. */
    progress: z.number().min(0).max(1),
    /** All files, wanted or not; null while the metadata is unknown. */
    totalBytes: Bytes.nullable(),
    wantedBytes: Bytes.nullable(),
    haveBytes: Bytes,
    downloadBytesPerSecond: BytesPerSecond,
    uploadBytesPerSecond: BytesPerSecond,
    /** Payload over the life of the torrent. */
    downloadedBytes: Bytes,
    uploadedBytes: Bytes,
    /** Uploaded to downloaded, or to what it has when nothing was downloaded; null when both are 0. */
    ratio: z.number().min(0).nullable(),
    etaSeconds: z.number().min(0).nullable(),
    /** Connected now; `seeds` of them have everything. */
    peers: z.number().int().min(0),
    seeds: z.number().int().min(0),
    /** As trackers count the whole swarm; null when none said. */
    swarmSeeds: z.number().int().min(0).nullable(),
    swarmLeeches: z.number().int().min(0).nullable(),
    label: z.string().nullable(),
    tags: z.array(z.string()),
    directory: z.string(),
    fileCount: z.number().int().min(0).nullable(),
    private: z.boolean(),
    /** What is shared is one encrypted file: its name, and what is inside, are known to those alone who open it. */
    sealed: z.boolean(),
    sequential: z.boolean(),
    /** Place in the queue, from 1; null once it is complete. */
    queuePosition: z.number().int().min(1).nullable(),
    addedMs: TimeMs,
    completedMs: TimeMs.nullable(),
    /** When a byte was last moved. */
    activeMs: TimeMs.nullable(),
  })
  .register(ANSWERS, { id: 'Torrent' })
export type Torrent = z.infer<typeof Torrent>

/** What one torrent's own page shows besides. */
export const TorrentDetail = Torrent.extend({
  magnet: z.string(),
  /**
   * The share link, which any browser opens. It begins with `#` while the node does not know its public address: what comes before is `/share/` of the
   * address that it is asked by. Null when no page could open it: of private and of sealed torrents, and while WebRTC or all trackers for it are off.
   */
  link: z.string().nullable(),
  /** CIDv1 of the torrent, where it has a v2 info hash, else of its v1. */
  contentId: z.string(),
  version: z.enum(['v1', 'v2', 'hybrid']).nullable(),
  comment: z.string().nullable(),
  createdBy: z.string().nullable(),
  createdMs: TimeMs.nullable(),
  pieceCount: z.number().int().min(0).nullable(),
  pieceLengthBytes: Bytes.nullable(),
  wastedBytes: Bytes,
  webSeeds: z.array(z.string()),
  downloadLimitBytesPerSecond: RateLimit,
  uploadLimitBytesPerSecond: RateLimit,
  /** Sharing ends at this ratio, or after so many minutes of it; null: as the settings say; 0: never. */
  ratioLimit: z.number().min(0).nullable(),
  seedingTimeLimitMinutes: z.number().min(0).nullable(),
  /** Seconds spent so over its life. */
  downloadingSeconds: z.number().min(0),
  seedingSeconds: z.number().min(0),
  /** What it was added from; passwords are left out. */
  source: z.string().nullable(),
  /** It was started past the queue. */
  forced: z.boolean().optional(),
}).register(ANSWERS, { id: 'TorrentDetail' })
export type TorrentDetail = z.infer<typeof TorrentDetail>

export const TORRENT_SORTS = [
  'name',
  'state',
  'progress',
  'totalBytes',
  'downloadBytesPerSecond',
  'uploadBytesPerSecond',
  'ratio',
  'etaSeconds',
  'peers',
  'label',
  'addedMs',
  'completedMs',
  'queuePosition',
] as const

/** Filters of state: groups besides the states themselves. `active`: bytes move now. `unfinished`: lacks something that is wanted. */
export const STATE_FILTERS = [...TORRENT_STATES, 'active', 'unfinished', 'finished'] as const

export const ListTorrents = z.object({
  ...PageInput,
  state: z.enum(STATE_FILTERS).optional(),
  label: z.string().max(255).optional().meta({ description: 'A label; empty: those without one' }),
  tag: z.string().max(255).optional(),
  text: z.string().max(1000).optional().meta({ description: 'Words of the name' }),
  sort: z.enum(TORRENT_SORTS).default('addedMs'),
  order: z.enum(['ascending', 'descending']).default('descending'),
})
/** `revision`: events from it on bring this list up to date. */
export const TorrentPage = page(Torrent).extend({ revision: z.number().int().min(0) })

export const AddTorrent = z
  .object({
    source: z.string().trim().min(1).max(100_000).optional().meta({
      description:
        'Magnet link, share link, info hash, content ID, URL of a .torrent or of any file over HTTP(S) or FTP, or a path on the node’s machine',
    }),
    torrent: z
      .base64()
      .max(40_000_000)
      .optional()
      .meta({ description: 'Content of a .torrent, base64; instead of `source`' }),
    passphrase: z
      .string()
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: 'Of a share that is sealed to a passphrase' }),
    directory: HostPath.optional(),
    label: Name.nullable().optional(),
    tags: z.array(Name).max(100).optional(),
    paused: z.boolean().optional(),
    /** Only these files. All others are not wanted. */
    select: z.array(FileIndex).max(1_000_000).optional(),
    priorities: z
      .array(z.object({ index: FileIndex, priority: Priority }))
      .max(1_000_000)
      .optional(),
    sequential: z.boolean().optional(),
    /** Believes that the files in the folder are complete and right. */
    trusted: z.boolean().optional(),
    peers: z.array(z.string().max(300)).max(1000).optional(),
    trackers: z.array(z.string().max(2000)).max(1000).optional(),
    webSeeds: z.array(z.string().max(2000)).max(1000).optional(),
    downloadLimitBytesPerSecond: RateLimit.optional(),
    uploadLimitBytesPerSecond: RateLimit.optional(),
    ratioLimit: z.number().min(0).nullable().optional(),
    seedingTimeLimitMinutes: z.number().min(0).nullable().optional(),
    /** Where in the queue it starts. Default: at its end. */
    queue: z.enum(['first', 'last']).optional(),
  })
  .register(GIVEN, { id: 'AddTorrent' })
export type AddTorrent = z.input<typeof AddTorrent>

/** Either a torrent, or a job that downloads one file over HTTP(S) or FTP; of a sealed share both, and the job opens it. `added` is false when it was there already. */
export const Added = z
  .object({ added: z.boolean(), torrent: Torrent.nullable(), job: Job.nullable() })
  .register(ANSWERS, { id: 'Added' })
export type Added = z.infer<typeof Added>

export const PreviewTorrent = AddTorrent.pick({ source: true, torrent: true, peers: true })
  .extend({
    timeoutSeconds: z.number().min(1).max(300).default(60),
  })
  .register(GIVEN, { id: 'PreviewTorrent' })
/** What a link or .torrent holds, before it is added. Asked again with the same source, it goes on where the last call timed out. */
export const Preview = z
  .object({
    id: TorrentId,
    name: z.string(),
    totalBytes: Bytes,
    private: z.boolean(),
    comment: z.string().nullable(),
    version: z.enum(['v1', 'v2', 'hybrid']),
    files: z.array(z.object({ index: FileIndex, path: z.string(), lengthBytes: Bytes })),
    trackers: z.array(z.string()),
    /** It is in the list already. */
    known: z.boolean(),
    /** By what a sealed share is opened; null when it is not sealed. `passphrase`: addTorrent wants it too. `recipient`: a node cannot open it. */
    seal: z.enum(['key', 'passphrase', 'recipient']).nullable(),
  })
  .register(ANSWERS, { id: 'Preview' })
export type Preview = z.infer<typeof Preview>

export const UpdateTorrent = z.object({
  id: TorrentId,
  /** What lists show; the names on disk stay. */
  name: Name.optional(),
  label: Name.nullable().optional(),
  tags: z.array(Name).max(100).optional(),
  sequential: z.boolean().optional(),
  downloadLimitBytesPerSecond: RateLimit.optional(),
  uploadLimitBytesPerSecond: RateLimit.optional(),
  ratioLimit: z.number().min(0).nullable().optional(),
  seedingTimeLimitMinutes: z.number().min(0).nullable().optional(),
  queuePosition: z.number().int().min(1).optional(),
})
export type UpdateTorrent = z.input<typeof UpdateTorrent>

/** `remove` can be undone with `restore` for as long as `undoSeconds`; data is deleted after that. `start`: begin at once, past the queue. */
export const ACTIONS = [
  'pause',
  'resume',
  'start',
  'recheck',
  'reannounce',
  'remove',
  'remove-with-data',
  'restore',
  'queue-first',
  'queue-up',
  'queue-down',
  'queue-last',
] as const
export const ActOnTorrents = z
  .object({
    ids: TorrentIds,
    action: z.enum(ACTIONS),
  })
  .register(GIVEN, { id: 'ActOnTorrents' })
export const ActedOn = z
  .object({
    /** Those that it was done to. */
    ids: z.array(TorrentId),
    /** Of a remove: how long `restore` brings them back. */
    undoSeconds: z.number().min(0).optional(),
  })
  .register(ANSWERS, { id: 'ActedOn' })

/** What can be brought back. */
export const RemovedTorrent = Torrent.pick({ id: true, infoHashV1: true, infoHashV2: true, name: true })
export type RemovedTorrent = z.infer<typeof RemovedTorrent>

/** One real file of a torrent. */
export const TorrentFile = z
  .object({
    index: FileIndex,
    /** Below the download folder, with `/` between folders: the name of a torrent that is a folder comes first. */
    path: z.string(),
    lengthBytes: Bytes,
    haveBytes: Bytes,
    priority: Priority,
    /** Media type by its name: `video/mp4`. */
    mediaType: z.string(),
    /** Where its bytes are read, also while it downloads: below `/files/`. */
    href: z.string(),
  })
  .register(ANSWERS, { id: 'TorrentFile' })
export type TorrentFile = z.infer<typeof TorrentFile>

/** The pieces, as base64 of bytes. */
export const PieceMap = z
  .object({
    count: z.number().int().min(0),
    pieceLengthBytes: Bytes,
    /** A bit each, the first one highest (BEP 3). */
    have: z.string(),
    /** A byte each: connected peers that have it, at most 255. */
    availability: z.string(),
  })
  .register(ANSWERS, { id: 'PieceMap' })
export type PieceMap = z.infer<typeof PieceMap>

export const Tracker = z
  .object({
    /** For screens and logs: keys that the URL of a private tracker holds are left out. */
    url: z.string(),
    /** The whole URL, as setTrackers takes it; absent for what is no tracker. */
    announce: z.string().optional(),
    kind: z.enum(['tracker', 'dht', 'lsd', 'pex']),
    tier: z.number().int().min(0).nullable(),
    state: z.enum(['idle', 'working', 'ok', 'failed']),
    /** Its last failure or warning. */
    message: z.string().nullable(),
    peers: z.number().int().min(0),
    seeds: z.number().int().min(0).nullable(),
    leeches: z.number().int().min(0).nullable(),
    downloads: z.number().int().min(0).nullable(),
    nextAnnounceSeconds: z.number().min(0).nullable(),
    /** When it last answered, or failed to; null: never. */
    lastAnnounceMs: TimeMs.nullable().optional(),
  })
  .register(ANSWERS, { id: 'Tracker' })
export type Tracker = z.infer<typeof Tracker>

/** How content is encrypted before it is shared: see docs/sealed-shares.md. */
export const SealTo = z.discriminatedUnion('by', [
  /** To a random key, which stands in the link. */
  z.object({ by: z.literal('key') }),
  z.object({ by: z.literal('passphrase'), passphrase: z.string().min(1).max(1000) }),
  /** To public keys: `age1…` or `did:key:…`. */
  z.object({ by: z.literal('recipients'), recipients: z.array(z.string().max(200)).min(1).max(100) }),
])
export type SealTo = z.infer<typeof SealTo>

export const CreateTorrent = z
  .object({
    path: HostPath.meta({ description: 'A file or folder on the node’s machine' }),
    name: Name.optional(),
    version: z.enum(['v1', 'v2', 'hybrid']).default('hybrid'),
    private: z.boolean().default(false),
    comment: z.string().max(10_000).optional(),
    source: z.string().max(255).optional(),
    pieceLengthBytes: z.number().int().min(16_384).max(268_435_456).optional(),
    trackers: z.array(z.string().max(2000)).max(1000).default([]),
    webSeeds: z.array(z.string().max(2000)).max(1000).default([]),
    label: Name.nullable().optional(),
    tags: z.array(Name).max(100).optional(),
    seal: SealTo.optional().meta({
      description:
        'Encrypts it first, into a file of its own, and shares that. The link is told by the job, and nowhere else',
    }),
  })
  .register(GIVEN, { id: 'CreateTorrent' })
export type CreateTorrent = z.input<typeof CreateTorrent>
