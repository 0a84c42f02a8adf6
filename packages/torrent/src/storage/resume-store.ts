import type { FilePlace, FileStamp } from './storage.ts'

/**
 * What a session remembers of its torrents between runs: the contract.
 *
 * The rule that makes it safe: **a piece is recorded as had only after its bytes were flushed**, and the stamps are from before any
 * write that it may not know of:
 *
 *     const stamps = await storage.stamps()
 *     const had = the pieces whose writes have settled
 *     await storage.flush() // with `all`, when some of it was found there
 *     await store.save(key, { …, had, stamps })
 *
 * At the next start `planStart` trusts the recorded pieces of files whose stamps are the same, without reading them, and names the pieces
 * of all others, which the caller then hashes. Stamps are only compared for equality, so a clock that jumps does no harm.
 */
export interface ResumeProgress {
  /** Magnet link that the metadata is fetched with, while it is unknown. */
  readonly magnet?: string
  /** Download folder, absolute. */
  readonly directory: string
  readonly paused: boolean
  readonly sequential: boolean
  /** New files get their whole room at once. */
  readonly preallocate?: boolean
  /** Milliseconds since the Unix epoch. */
  readonly addedMs: number
  /** Payload bytes over the life of the torrent. */
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** Bytes a second; absent: no limit of its own. */
  readonly downloadLimit?: number
  readonly uploadLimit?: number
  /** Bytes of the bitfield of verified and flushed pieces; null while the metadata is unknown. */
  readonly had: Uint8Array | null
  /** Blocks that are in storage of pieces that are not had: a bitfield by piece. Absent: none. */
  readonly unfinished?: ReadonlyMap<number, Uint8Array>
  /**
   * Stamps of all files by index: from before `had` was listed, or from after the flush when no piece came in between. Empty while the
   * metadata is unknown.
   */
  readonly stamps: readonly FileStamp[]
  /** One byte a file by index, 0 to 7; null: all normal. */
  readonly priorities: Uint8Array | null
  /** Paths given by `Storage.rename`, by file index. */
  readonly renamed: ReadonlyMap<number, readonly string[]>
  /** Where the files were being moved to: a crash may have left them there, or some of them. */
  readonly moving?: FilePlace
  /** Trackers and web seeds besides the torrent's own. */
  readonly trackers: readonly string[]
  readonly webSeeds: readonly string[]
  /** All trackers in their tiers, where the user set them: then those above and the torrent's own do not count. */
  readonly trackerTiers?: readonly (readonly string[])[]
  /** `webSeeds` are all, set by the user: the torrent's own do not count. */
  readonly ownWebSeeds?: boolean
  /** Peers that its user has named, as `host:port`: they are tried at each start. Absent: none. */
  readonly peers?: readonly string[]
}

/** What was found of one torrent. */
export interface ResumeEntry {
  /** Info hash in lower-case hex: v1 (40 digits) or v2 (64). */
  readonly key: string
  /** The `.torrent` as it was saved: its info dictionary has the key's hash, the rest is unchecked. Null: none, or damaged. */
  readonly metainfo: Uint8Array | null
  /** Null: none, or damaged. The torrent is then added anew and checked. */
  readonly progress: ResumeProgress | null
  /** Why something that is there was ignored. */
  readonly problems: readonly string[]
}

/**
 * Keeps resume data. An implementation runs `testResumeStore` of `@shoal/torrent/testing`. Saves of one key that overtake each other leave
 * the last. Each method rejects with a ShoalError: `bad-argument` for a key that is none, `no-space`, `no-permission`, `io`,
 * `closed`.
 */
export interface ResumeStore {
  /** Everything there is, for the start of a session. Ends early only by throwing. Torn and foreign data shows as a problem. */
  load(options?: { signal?: AbortSignal }): AsyncIterable<ResumeEntry>
  /**
   * Keeps a whole `.torrent` (with the piece layers that peers sent), so that a magnet's metadata is fetched once. Resolves when a power
   * cut cannot undo it. Called rarely: progress is apart, so that saving that stays small.
   */
  saveMetainfo(key: string, metainfo: Uint8Array): Promise<void>
  /** Replaces the progress as a whole: after a crash the old or the new one is there. Resolves when a power cut cannot undo it. */
  save(key: string, progress: ResumeProgress): Promise<void>
  /** Forgets the torrent. Does nothing when it is not known. */
  delete(key: string): Promise<void>
  /**
   * Something small that the session keeps besides its torrents, by a name of lower-case letters. Null when there is none, or none that can
   * be read: only what can be done without is kept so.
   */
  loadNote(name: string): Promise<Uint8Array | null>
  /** Replaces the note as a whole. */
  saveNote(name: string, bytes: Uint8Array): Promise<void>
  /** Waits for what was asked so far, then takes no more: further saves reject with `closed`. The session that uses it calls this last. */
  close(): Promise<void>
}
