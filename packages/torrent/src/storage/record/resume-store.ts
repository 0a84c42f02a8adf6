import type { SwitchableSource } from '../../base/switchable-source.ts'
import type { FilePlace, FileStamp } from '../storage.ts'

/**
 * Progress of a torrent that a session keeps between runs. This is part of the contract of resume
 * stores.
 *
 * Safety rule: **a piece is recorded in `had` only after its bytes were flushed**, and the stamps
 * are older than any write that `had` may not include:
 *
 *     const stamps = await storage.stamps()
 *     const had = the pieces whose writes have settled
 *     await storage.flush() // with `all` if some of the bytes were found on disk
 *     await store.save(key, { …, had, stamps })
 *
 * At the next start, `planStart` trusts the recorded pieces of files with unchanged stamps without
 * reading them, and lists the pieces of all other files for hashing. Stamps are compared only for
 * equality, so clock changes do no harm.
 */
export interface ResumeProgress {
  /** Magnet link for fetching the metadata, while it is unknown. */
  readonly magnet?: string
  /** Download folder, absolute. */
  readonly directory: string
  readonly paused: boolean
  readonly sequential: boolean
  readonly superSeeding?: boolean
  readonly firstLastFirst?: boolean
  /** Kinds of sources that are switched off. Absent: none. */
  readonly sourcesOff?: readonly SwitchableSource[] | undefined
  /** Whether new files reserve their full size. */
  readonly preallocate?: boolean
  /** Milliseconds since the Unix epoch. */
  readonly addedMs: number
  /** Payload bytes over the lifetime of the torrent. */
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** Bytes per second; absent: the torrent has no limit. */
  readonly downloadLimit?: number
  readonly uploadLimit?: number
  /** Bit field of verified and flushed pieces; null while the metadata is unknown. */
  readonly had: Uint8Array | null
  /** Stored blocks of incomplete pieces: a bit field by piece. Absent: none. */
  readonly unfinished?: ReadonlyMap<number, Uint8Array>
  /**
   * Stamps of all files by index, taken before `had` was listed, or after the flush if no piece was
   * added in between. Empty while the metadata is unknown.
   */
  readonly stamps: readonly FileStamp[]
  /** One byte per file, 0 to 7; null: all normal. */
  readonly priorities: Uint8Array | null
  /** Paths set by `Storage.rename`, by file index. */
  readonly renamed: ReadonlyMap<number, readonly string[]>
  /**
   * The layout to apply to the content when the metadata is known; `renamed` then records it.
   * Absent: the torrent's own.
   */
  readonly contentLayout?: 'subfolder' | 'no-subfolder'
  /** Target of a move in progress. After a crash, some or all files may be there. */
  readonly moving?: FilePlace
  /** Trackers and web seeds in addition to the torrent's own. */
  readonly trackers: readonly string[]
  readonly webSeeds: readonly string[]
  /**
   * All trackers in tiers, if the user has set them. They replace `trackers` and the torrent's own.
   */
  readonly trackerTiers?: readonly (readonly string[])[]
  /** Whether `webSeeds` were set by the user and replace the torrent's own. */
  readonly ownWebSeeds?: boolean
  /** Peers added by the user, as `host:port`, which are tried at each start. Absent: none. */
  readonly peers?: readonly string[]
}

/** The resume data of one torrent. */
export interface ResumeEntry {
  /** Info hash in lower-case hex: v1 (40 digits) or v2 (64). */
  readonly key: string
  /**
   * The saved `.torrent`. Its info dictionary matches the key; the rest is unchecked. Null if
   * missing or damaged.
   */
  readonly metainfo: Uint8Array | null
  /** Null if missing or damaged. The torrent is then added again and checked. */
  readonly progress: ResumeProgress | null
  /** Why existing data was ignored. */
  readonly problems: readonly string[]
}

/**
 * Keeps resume data. Implementations must pass `testResumeStore` of `@shoal/torrent/testing`. Of
 * concurrent saves of one key, the last one wins. Each method rejects with a ShoalError:
 * `bad-argument` for an invalid key, `no-space`, `no-permission`, `io`, `closed`.
 */
export interface ResumeStore {
  /**
   * Yields all resume data at the start of a session. Ends early only by throwing. Damaged or
   * foreign data is reported as a problem.
   */
  load(options?: { signal?: AbortSignal }): AsyncIterable<ResumeEntry>
  /**
   * Saves a complete `.torrent` (with the piece layers from peers), so that the metadata of a
   * magnet link is fetched only once. Resolves when it is durable. Called rarely; progress is saved
   * separately, so that those saves stay small.
   */
  saveMetainfo(key: string, metainfo: Uint8Array): Promise<void>
  /**
   * Replaces the progress atomically: after a crash, either the old or the new one exists. Resolves
   * when it is durable.
   */
  save(key: string, progress: ResumeProgress): Promise<void>
  /** Deletes the torrent's resume data, if any. */
  delete(key: string): Promise<void>
  /**
   * Loads a small value that the session keeps in addition to its torrents, under a name of
   * lower-case letters. Null if it is missing or unreadable, so notes are only for data that can be
   * lost.
   */
  loadNote(name: string): Promise<Uint8Array | null>
  /** Replaces the note atomically. */
  saveNote(name: string, bytes: Uint8Array): Promise<void>
  /** Waits for pending saves; later ones reject with `closed`. The session calls this last. */
  close(): Promise<void>
}
