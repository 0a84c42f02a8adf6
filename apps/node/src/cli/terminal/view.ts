import type { TorrentApi, TorrentState } from '@shoal/torrent'

/** Contract for showing work in progress: live lines on a terminal, plain lines in a pipe, one object per line in JSON. */

/** How something stands. A torrent's `stats` are one. */
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
}

/** Something that is shown. */
export interface Item {
  /** ID in JSON: the info hash in hex, or the path while there is none. */
  readonly id: Readonly<Record<string, string>>
  readonly name: string
  snapshot(): Snapshot
}

export interface View {
  /** Shows the item from now on. */
  add(item: Item): void
  remove(item: Item): void
  /** Something that happened: `text` to people, `event` to programs. An empty text shows nothing to people. */
  tell(text: string, event?: Readonly<Record<string, unknown>>): void
  /** Looks at all items again at once. */
  refresh(): void
  /** Leaves the last state of the items standing. */
  close(): void
}

/** A torrent, to be shown. */
export function torrentItem(torrent: TorrentApi, hash: string): Item {
  return {
    id: { infoHash: hash },
    get name() {
      return torrent.name
    },
    snapshot: () => torrent.stats,
  }
}
