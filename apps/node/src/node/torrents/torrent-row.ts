/** The node's own record of a torrent, in addition to the engine's resume data. */
export interface TorrentRow {
  /** Lower-case hex info hash: v1, else v2. Stays the same in a run, also when the other hash becomes known. */
  readonly id: string
  /** Name that lists show instead of the torrent's own; the names on disk stay. */
  readonly name: string | null
  readonly label: string | null
  readonly tags: readonly string[]
  /** The link or path it was added from, without passwords. */
  readonly source: string | null
  /** Milliseconds since the Unix epoch. */
  readonly addedMs: number
  readonly completedMs: number | null
  /** The steps after a completion (moving, the hook) are done, or nothing was downloaded. */
  readonly completionSettled: boolean
  readonly activeMs: number | null
  /** The user wants it to rest. */
  readonly paused: boolean
  /** It does not wait in the queue. */
  readonly forced: boolean
  /** Order in the queue; gaps and ties do no harm. */
  readonly queueOrder: number
  /** Null: as the settings say; 0: no limit. */
  readonly ratioLimit: number | null
  readonly seedingTimeLimitMinutes: number | null
  readonly downloadingSeconds: number
  readonly seedingSeconds: number
  /** It was removed, and can be restored until the node forgets it. */
  readonly removedMs: number | null
  /** Its files go too when it is forgotten. */
  readonly deleteData: boolean
}
