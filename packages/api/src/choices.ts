/**
 * Enumerated values of inputs and responses. Without schemas, so that commands that list them start
 * quickly.
 */

/** Maximum number of items on one page of a list. */
export const MAX_PAGE = 1000

/**
 * `queued`: waits for a slot in the queue. `metadata`: fetches the metadata of a magnet link, or
 * the hashes that a `.torrent` lacks, from peers. `checking`: verifies the data on disk. `moving`:
 * its files are being moved to another folder. `seeding`: has all wanted data and uploads.
 * `paused`: is paused and lacks wanted data. `complete`: has all wanted data and is paused, so that
 * it uploads nothing.
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

/** Groups of torrents that do not progress. */
export const REASON_FILTERS = ['stalled', 'no-peers', 'tracker-error'] as const
export type ReasonFilter = (typeof REASON_FILTERS)[number]

/**
 * The states, and groups of them. `paused`: paused, with or without all wanted data. `active`:
 * transfers data now. `inactive`: does not. `unfinished`: lacks wanted data. `stalled`: wants data
 * and nothing arrives, for any reason. `no-peers`: the same, and no peer is connected.
 * `tracker-error`: all of its trackers fail, whether it has peers or not.
 */
export const STATE_FILTERS = [
  ...TORRENT_STATES,
  'active',
  'inactive',
  'unfinished',
  'finished',
  ...REASON_FILTERS,
] as const
export type StateFilter = (typeof STATE_FILTERS)[number]

export const CONTENT_LAYOUTS = ['original', 'subfolder', 'no-subfolder'] as const

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const

/**
 * Kinds of sources, in display order. `webseed`: a web server; `disk`: the same file in another
 * torrent of this node.
 */
export const SOURCE_KINDS = ['tcp', 'utp', 'webrtc', 'libp2p', 'webseed', 'ftp', 'disk', 'other'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/** The kinds that can be switched off for a torrent. */
export const SWITCHABLE_SOURCES = ['tcp', 'utp', 'webrtc', 'libp2p', 'webseed', 'ftp', 'disk'] as const
export type SwitchableSource = (typeof SWITCHABLE_SOURCES)[number]

export const SEARCH_KINDS = ['video', 'audio', 'picture', 'document', 'archive', 'other'] as const

/** Categories of listings that members publish at a hub. */
export const LISTING_CATEGORIES = [
  'films',
  'series',
  'music',
  'audiobooks',
  'books',
  'comics',
  'games',
  'software',
  'pictures',
  'data',
  'other',
] as const
