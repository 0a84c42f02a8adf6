import type { TorrentApi, TorrentReason, TorrentState } from '@shoal/torrent'

/**
 * Contract for showing work in progress: live lines on a terminal, plain lines in a pipe, one
 * object per line in JSON.
 */

/** The progress of a torrent or another task at one time. A torrent's `stats` have this shape. */
export interface Snapshot {
  readonly state: TorrentState | 'hashing' | 'queued' | 'moving' | 'complete'
  /** 0 to 1. */
  readonly progress: number
  readonly haveBytes: number
  readonly wantedBytes: number
  readonly downloadBytesPerSecond: number
  readonly uploadBytesPerSecond: number
  readonly etaSeconds: number | null
  readonly peers: number
  readonly seeds: number
  readonly error?: string
  /** Why nothing arrives. */
  readonly reason?: TorrentReason | null
}

/** A torrent or another task that a view shows. */
export interface Item {
  /** ID in JSON: the info hash in hex, or the path if there is none yet. */
  readonly id: Readonly<Record<string, string>>
  readonly name: string
  snapshot(): Snapshot
}

export interface View {
  /** Starts showing an item. */
  add(item: Item): void
  remove(item: Item): void
  /** Reports an event: `text` for users, unless it is empty, and `event` for programs. */
  tell(text: string, event?: Readonly<Record<string, unknown>>): void
  /** Shows the current progress of all items now. */
  refresh(): void
  /** Stops refreshing. The last progress remains on the screen. */
  close(): void
}

/** Makes an item of a torrent. */
export function torrentItem(torrent: TorrentApi, hash: string): Item {
  return {
    id: { infoHash: hash },
    get name() {
      return torrent.name
    },
    snapshot: () => torrent.stats,
  }
}
