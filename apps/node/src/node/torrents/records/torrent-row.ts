/**
 * The node's own record of a torrent, in addition to the engine's resume data and to the data of
 * capabilities (facet-table.ts).
 */
export interface TorrentRow {
  /**
   * Info hash in lower-case hex: v1, else v2. Does not change within a run, even if the other hash
   * becomes known.
   */
  readonly id: string
  /** Name in lists instead of the torrent's own; names on disk do not change. */
  readonly name: string | null
  readonly label: string | null
  readonly tags: readonly string[]
  /** The link or path it was added from, without passwords. */
  readonly source: string | null
  /** Milliseconds since the Unix epoch. */
  readonly addedMs: number
  readonly completedMs: number | null
  readonly activeMs: number | null
  /** The user has paused it. */
  readonly paused: boolean
  /** It does not wait in the queue. */
  readonly forced: boolean
  /** Order in the queue; gaps and ties are harmless. */
  readonly queueOrder: number
  readonly downloadingSeconds: number
  readonly seedingSeconds: number
  /** When it was removed; it can be restored until the node deletes it. */
  readonly removedMs: number | null
  /** Its files are deleted with it. */
  readonly deleteData: boolean
}
