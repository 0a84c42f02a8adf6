import { z } from 'zod'
import {
  CONTENT_LAYOUTS,
  STATE_FILTERS,
  SWITCHABLE_SOURCES,
  TORRENT_SORTS,
  TORRENT_STATES,
} from '../choices.ts'
import {
  Bytes,
  BytesPerSecond,
  Failed,
  FileIndex,
  HostLink,
  HostPath,
  Name,
  PageInput,
  Priority,
  page,
  RateLimit,
  secretLink,
  TimeMs,
  TorrentId,
  TorrentIds,
  Untrusted,
  UntrustedSecret,
  Why,
} from './common.ts'
import { Findability } from './findable.ts'
import { Job } from './job.ts'
import { ANSWERS, GIVEN, SECRETS } from './names.ts'
import { Audience } from './reach.ts'
import { FACET_DETAIL, FACET_INPUT, FACET_ROW } from './torrent-facets.ts'

export const TorrentState = z.enum(TORRENT_STATES)
export type TorrentState = z.infer<typeof TorrentState>

/**
 * Why a torrent does not do what its state suggests. `no-peers`: no peer or web seed is connected.
 * `tracker-error`: the same, and all of its trackers fail; a seed has it if only its trackers can
 * find peers. `stalled`: peers are connected, but nothing has arrived for a minute.
 * `changed-files`: it was complete, and downloads the pieces of files again that were changed on
 * disk. `no-route`: the proxy, without which nothing can be transferred, does not work.
 */
export const TORRENT_REASONS = ['no-peers', 'tracker-error', 'stalled', 'changed-files', 'no-route'] as const
export const TorrentReason = z.enum(TORRENT_REASONS)
export type TorrentReason = z.infer<typeof TorrentReason>

/**
 * A torrent as a row of a list. Events carry every change of its members, so that a list needs no
 * polling.
 */
export const Torrent = z
  .object({
    id: TorrentId,
    infoHashV1: z.string().nullable(),
    infoHashV2: z.string().nullable(),
    /** CIDv1 of the v2 info hash, or of the v1 info hash if there is no v2. */
    contentId: z.string(),
    name: Untrusted,
    /**
     * Name of its file or folder on disk. Null while unknown, and for several files without a
     * folder.
     */
    diskName: Untrusted.nullable(),
    state: TorrentState,
    /**
     * Why it downloads nothing, or cannot be found. Null if there is no problem, or the state is
     * sufficient.
     */
    reason: TorrentReason.nullable(),
    /** Reason for the state `error`, and the remedy. */
    error: Failed.nullable(),
    /** 0 to 1: share of the wanted data, or of the check while `state` is `checking`. */
    progress: z.number().min(0).max(1),
    /** Size of all files, wanted or not. Null while the metadata is unknown. */
    totalBytes: Bytes.nullable(),
    wantedBytes: Bytes.nullable(),
    haveBytes: Bytes,
    downloadBytesPerSecond: BytesPerSecond,
    uploadBytesPerSecond: BytesPerSecond,
    /** Payload over the life of the torrent. */
    downloadedBytes: Bytes,
    uploadedBytes: Bytes,
    /**
     * Uploaded to downloaded bytes, or to `haveBytes` if nothing was downloaded. Null if both are
     * 0.
     */
    ratio: z.number().min(0).nullable(),
    etaSeconds: z.number().min(0).nullable(),
    /** Connected peers. `seeds` of them have all pieces. */
    peers: z.number().int().min(0),
    seeds: z.number().int().min(0),
    /** Size of the swarm according to trackers. Null if unknown. */
    swarmSeeds: z.number().int().min(0).nullable(),
    swarmLeeches: z.number().int().min(0).nullable(),
    /** Hosts of its trackers. */
    trackerHosts: z.array(Untrusted),
    /**
     * Whether all of its trackers fail, even if it has peers. False without trackers and while it
     * is paused.
     */
    trackersFail: z.boolean(),
    label: z.string().nullable(),
    tags: z.array(z.string()),
    directory: z.string(),
    fileCount: z.number().int().min(0).nullable(),
    private: z.boolean(),
    /**
     * Whether it is a sealed share: one encrypted file that hides names and content from everyone
     * without the key.
     */
    sealed: z.boolean(),
    sequential: z.boolean(),
    /** Whether to super-seed it once it is complete (BEP 16). */
    superSeeding: z.boolean(),
    /** Whether the first and the last piece of each file are downloaded before others. */
    firstLastFirst: z.boolean(),
    /** Position in the queue, from 1. Null once it is complete. */
    queuePosition: z.number().int().min(1).nullable(),
    addedMs: TimeMs,
    completedMs: TimeMs.nullable(),
    /** Time of the last transfer. */
    activeMs: TimeMs.nullable(),
    ...FACET_ROW,
  })
  .register(ANSWERS, { id: 'Torrent' })
export type Torrent = z.infer<typeof Torrent>

/** A torrent with the details that lists do not show. */
export const TorrentDetail = Torrent.extend({
  magnet: UntrustedSecret,
  /**
   * The share link, which any browser opens. It begins with `#` while the node does not know its
   * public address: prepend `/share/` of the address that you use. That of a sealed share contains
   * its key: only for its recipients. Null if no page could open it: for private torrents, for
   * sealed ones whose link this node does not know, and while WebRTC or all of its trackers are
   * disabled.
   */
  link: UntrustedSecret.nullable(),
  /** The browsers that can open `link`. Null without a link. */
  audience: Audience.nullable(),
  version: z.enum(['v1', 'v2', 'hybrid']).nullable(),
  comment: Untrusted.nullable(),
  createdBy: Untrusted.nullable(),
  createdMs: TimeMs.nullable(),
  pieceCount: z.number().int().min(0).nullable(),
  pieceLengthBytes: Bytes.nullable(),
  wastedBytes: Bytes,
  webSeeds: z.array(UntrustedSecret),
  /**
   * Disabled kinds of sources: there are no connections of these kinds, and nothing is downloaded
   * from them.
   */
  sourcesOff: z.array(z.enum(SWITCHABLE_SOURCES)),
  /**
   * Paths of files that were changed on disk so that they no longer match the torrent. A file
   * leaves the list when it is complete again.
   */
  changedFiles: z.array(Untrusted),
  downloadLimitBytesPerSecond: RateLimit,
  uploadLimitBytesPerSecond: RateLimit,
  ...FACET_DETAIL,
  /** Total time in these states. */
  downloadingSeconds: z.number().min(0),
  seedingSeconds: z.number().min(0),
  /** Payload since the node started. */
  sessionDownloadedBytes: Bytes,
  sessionUploadedBytes: Bytes,
  /** When the node or a connected peer last had everything. Null: never, as far as is known. */
  seenCompleteMs: TimeMs.nullable(),
  /** The source that it was added from, without passwords. */
  source: Untrusted.nullable(),
  /** Whether it was started regardless of the queue. */
  forced: z.boolean().optional(),
}).register(ANSWERS, { id: 'TorrentDetail' })
export type TorrentDetail = z.infer<typeof TorrentDetail>

export const ListTorrents = z.object({
  ...PageInput,
  state: z.enum(STATE_FILTERS).optional(),
  label: z.string().max(255).optional().meta({ description: 'A label; empty: torrents without one' }),
  tag: z.string().max(255).optional(),
  tracker: z
    .string()
    .max(255)
    .optional()
    .meta({ description: 'Host of a tracker; empty: torrents without trackers' }),
  text: z.string().max(1000).optional().meta({ description: 'Words of the name' }),
  sort: z.enum(TORRENT_SORTS).default('addedMs'),
  order: z.enum(['ascending', 'descending']).default('descending'),
})
/** Apply events with a higher `revision` to this list. */
export const TorrentPage = page(Torrent).extend({ revision: z.number().int().min(0) })

/**
 * `original`: as in the torrent. `subfolder`: a single file gets a folder with its name.
 * `no-subfolder`: the files of a folder are stored without it.
 */
export const ContentLayout = z.enum(CONTENT_LAYOUTS).meta({
  description:
    'Whether the content has a folder of its own: as in the torrent, always, or never. Default: the setting `downloads.layout`',
})

/** Initial options of a torrent, whether it is downloaded or shared. */
const START = {
  /** Added without starting: it is neither announced nor published for search. */
  paused: z.boolean().optional(),
  superSeeding: z.boolean().optional(),
  peers: z.array(z.string().max(300)).max(1000).optional(),
  downloadLimitBytesPerSecond: RateLimit.optional(),
  uploadLimitBytesPerSecond: RateLimit.optional(),
  ...FACET_INPUT,
  /** Its first position in the queue. Default: `last`. */
  queue: z.enum(['first', 'last']).optional(),
}

export const AddTorrent = z
  .object({
    source: HostLink.optional().meta({
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
      .register(SECRETS, { isWhole: true })
      .optional()
      .meta({ description: 'The passphrase of a sealed share' }),
    directory: HostPath.optional(),
    label: Name.nullable().optional(),
    tags: z.array(Name).max(100).optional(),
    /** The files to download. All others are skipped. */
    select: z.array(FileIndex).max(1_000_000).optional(),
    priorities: z
      .array(z.object({ index: FileIndex, priority: Priority }))
      .max(1_000_000)
      .optional(),
    sequential: z.boolean().optional(),
    firstLastFirst: z.boolean().optional(),
    layout: ContentLayout.optional(),
    /** Skips the check of existing files: they are assumed to be complete and correct. */
    trusted: z.boolean().optional(),
    trackers: z.array(secretLink(2000)).max(1000).optional(),
    webSeeds: z.array(secretLink(2000)).max(1000).optional(),
    ...START,
    strict: z.boolean().optional().meta({
      description:
        'Every option counts. Applies them to a torrent that is in the list already, which stays as it is otherwise (`paused: false` excepted), and refuses those that what is added cannot have, which are left out otherwise',
    }),
  })
  .register(GIVEN, { id: 'AddTorrent' })
export type AddTorrent = z.input<typeof AddTorrent>

/**
 * Either a torrent, or a job that downloads one file over HTTP(S) or FTP. A sealed share has both,
 * and its job decrypts it. `added` is false if the torrent existed already.
 */
export const Added = z
  .object({ added: z.boolean(), torrent: Torrent.nullable(), job: Job.nullable() })
  .register(ANSWERS, { id: 'Added' })
export type Added = z.infer<typeof Added>

export const PreviewTorrent = AddTorrent.pick({ source: true, torrent: true, peers: true })
  .extend({
    timeoutSeconds: z.number().min(1).max(300).default(60),
  })
  .register(GIVEN, { id: 'PreviewTorrent' })
/**
 * The content of a link or .torrent before it is added. A repeated call with the same source
 * resumes where the last one timed out.
 */
export const Preview = z
  .object({
    id: TorrentId,
    name: Untrusted,
    totalBytes: Bytes,
    private: z.boolean(),
    comment: Untrusted.nullable(),
    version: z.enum(['v1', 'v2', 'hybrid']),
    files: z.array(z.object({ index: FileIndex, path: Untrusted, lengthBytes: Bytes })),
    trackers: z.array(UntrustedSecret),
    /** Whether the torrent is in the list already. */
    known: z.boolean(),
    /**
     * The kind of key that decrypts a sealed share. Null if it is not sealed. `passphrase`:
     * addTorrent needs it, too. `recipient`: the node cannot decrypt it.
     */
    seal: z.enum(['key', 'passphrase', 'recipient']).nullable(),
  })
  .register(ANSWERS, { id: 'Preview' })
export type Preview = z.infer<typeof Preview>

export const UpdateTorrent = z.object({
  id: TorrentId,
  /** Display name. Names on disk do not change. */
  name: Name.optional(),
  label: Name.nullable().optional(),
  tags: z.array(Name).max(100).optional(),
  sequential: z.boolean().optional(),
  superSeeding: z.boolean().optional(),
  firstLastFirst: z.boolean().optional(),
  downloadLimitBytesPerSecond: RateLimit.optional(),
  uploadLimitBytesPerSecond: RateLimit.optional(),
  ...FACET_INPUT,
  queuePosition: z.number().int().min(1).optional(),
  /** Replaces the disabled kinds of sources. */
  sourcesOff: z.array(z.enum(SWITCHABLE_SOURCES)).max(20).optional(),
})
export type UpdateTorrent = z.input<typeof UpdateTorrent>

/**
 * Changes many torrents alike. Tags can be added to those that each torrent has, and removed from
 * them.
 */
export const UpdateTorrents = UpdateTorrent.omit({ id: true, name: true, queuePosition: true })
  .extend({
    ids: TorrentIds,
    addTags: z.array(Name).max(100).optional(),
    removeTags: z.array(Name).max(100).optional(),
  })
  .register(GIVEN, { id: 'UpdateTorrents' })
export type UpdateTorrents = z.input<typeof UpdateTorrents>
export const Updated = z
  .object({
    /** The torrents that were named. */
    ids: z.array(TorrentId),
  })
  .register(ANSWERS, { id: 'Updated' })

/**
 * `restore` undoes a `remove` within `undoSeconds`; data is deleted after that. `start` resumes
 * regardless of the queue.
 */
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
    undo: z.boolean().optional().meta({
      description:
        'Whether a removal can be undone for a while, which is the default. `false`: it is final at once',
    }),
  })
  .register(GIVEN, { id: 'ActOnTorrents' })
export const ActedOn = z
  .object({
    /** The torrents that the action changed. */
    ids: z.array(TorrentId),
    /** After a remove: how long `restore` can undo it. */
    undoSeconds: z.number().min(0).optional(),
    /**
     * After a reannounce: when the last of their trackers is contacted, if some were contacted too
     * recently.
     */
    announceInSeconds: z.number().min(0).optional(),
  })
  .register(ANSWERS, { id: 'ActedOn' })

/** A removed torrent that can be restored. */
export const RemovedTorrent = Torrent.pick({ id: true, infoHashV1: true, infoHashV2: true, name: true })
export type RemovedTorrent = z.infer<typeof RemovedTorrent>

/**
 * A file in another torrent of this node: both have the same pieces root (BEP 52), so that one can
 * copy the other's bytes.
 */
export const FileCopy = z.object({
  /** The other torrent. */
  id: TorrentId,
  name: Untrusted,
  /** The path of the file there. */
  path: Untrusted,
  /** Bytes copied from it since the node started, instead of downloaded. */
  takenBytes: Bytes,
})
export type FileCopy = z.infer<typeof FileCopy>

/** A file of a torrent. Padding files are omitted. */
export const TorrentFile = z
  .object({
    index: FileIndex,
    /**
     * Relative to the download folder, separated by `/`. It begins with the torrent's name if the
     * torrent is a folder.
     */
    path: Untrusted,
    lengthBytes: Bytes,
    haveBytes: Bytes,
    priority: Priority,
    /**
     * Other torrents with the same file. Empty for private torrents and those without v2 hashes.
     */
    copies: z.array(FileCopy),
    /** Media type by its name: `video/mp4`. */
    mediaType: z.string(),
    /** Path for reading it, even while it downloads: below `/files/`. */
    href: Untrusted,
  })
  .register(ANSWERS, { id: 'TorrentFile' })
export type TorrentFile = z.infer<typeof TorrentFile>

/** The pieces, as base64 of bytes. */
export const PieceMap = z
  .object({
    count: z.number().int().min(0),
    pieceLengthBytes: Bytes,
    /** One bit per piece, most significant first (BEP 3). */
    have: z.string(),
    /** One byte per piece: number of connected peers that have it, at most 255. */
    availability: z.string(),
  })
  .register(ANSWERS, { id: 'PieceMap' })
export type PieceMap = z.infer<typeof PieceMap>

export const Tracker = z
  .object({
    /** For screens and logs: without the passkeys of private trackers. */
    url: Untrusted,
    /** The complete URL, as accepted by setTrackers. Absent for DHT, PEX and local discovery. */
    announce: UntrustedSecret.optional(),
    kind: z.enum(['tracker', 'dht', 'lsd', 'pex']),
    tier: z.number().int().min(0).nullable(),
    state: z.enum(['idle', 'working', 'ok', 'failed']),
    /** Its last failure or warning. */
    message: Untrusted.nullable(),
    why: Why,
    peers: z.number().int().min(0),
    seeds: z.number().int().min(0).nullable(),
    leeches: z.number().int().min(0).nullable(),
    downloads: z.number().int().min(0).nullable(),
    nextAnnounceSeconds: z.number().min(0).nullable(),
    /** Time of its last response or failure. Null: none yet. */
    lastAnnounceMs: TimeMs.nullable().optional(),
  })
  .register(ANSWERS, { id: 'Tracker' })
export type Tracker = z.infer<typeof Tracker>

/** Encryption of content before it is shared: see docs/sealed-shares.md. */
export const SealTo = z.discriminatedUnion('by', [
  /** To a random key, which is part of the link. */
  z.object({ by: z.literal('key') }),
  /**
   * `allowWeak`: accept a passphrase that is easy to guess, which is refused with `weak-passphrase`
   * otherwise.
   */
  z.object({
    by: z.literal('passphrase'),
    passphrase: z.string().min(1).max(1000).register(SECRETS, { isWhole: true }),
    allowWeak: z.boolean().optional(),
  }),
  /** To public keys: `age1…` or `did:key:…`. */
  z.object({ by: z.literal('recipients'), recipients: z.array(z.string().max(200)).min(1).max(100) }),
])
export type SealTo = z.infer<typeof SealTo>

/** Already shared content is left in place; the options change its torrent. */
export const CreateTorrent = z
  .object({
    path: HostPath.meta({ description: 'A file or folder on the node’s machine' }),
    name: Name.optional(),
    version: z.enum(['v1', 'v2', 'hybrid']).default('hybrid'),
    private: z.boolean().default(false),
    comment: z.string().max(10_000).optional(),
    source: z.string().max(255).optional(),
    pieceLengthBytes: z.number().int().min(16_384).max(268_435_456).optional(),
    trackers: z.array(secretLink(2000)).max(1000).default([]),
    webSeeds: z.array(secretLink(2000)).max(1000).default([]),
    label: Name.nullable().optional(),
    tags: z.array(Name).max(100).optional(),
    ...START,
    hidden: z.boolean().optional().meta({
      description: 'Includes hidden files and folders of the folder, whose names begin with a dot',
    }),
    seal: SealTo.optional().meta({
      description:
        'Encrypts the content into a file of its own and shares that. An upload is deleted once it is sealed; the job and the torrent have the link',
    }),
    ...Findability.shape,
  })
  .register(GIVEN, { id: 'CreateTorrent' })
export type CreateTorrent = z.input<typeof CreateTorrent>
