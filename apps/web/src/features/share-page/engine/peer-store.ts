import { Cell } from '../../../shared/base/cell.ts'
import type { BrowserPeer } from '../../../shared/engine/browser-peer.ts'
import type {
  PeerEvent,
  StorageState,
  TorrentDetail,
  TorrentSnapshot,
} from '../../../shared/engine/protocol.ts'

export type Torrents = ReadonlyMap<string, TorrentSnapshot>

/** Torrents that were only viewed are announced for at most this time. */
const LOOKED_AT_MS = 24 * 3_600_000

/** The state of the engine, as the page shows it. */
export class PeerStore {
  readonly peer: BrowserPeer
  /** By id; null before the first report of the engine. */
  readonly torrents = new Cell<Torrents | null>(null)
  readonly storage = new Cell<StorageState | null>(null)
  /** Why the engine could not start. */
  readonly failure = new Cell<Error | null>(null)
  readonly #details = new Map<string, Cell<TorrentDetail | null>>()

  constructor(peer: BrowserPeer) {
    this.peer = peer
    peer.on(event => this.#on(event))
  }

  async start(): Promise<void> {
    try {
      const torrents = await this.peer.watch()
      this.torrents.set(new Map(torrents.map(torrent => [torrent.id, torrent])))
      for (const { id } of torrents.filter(isLeftOver)) await this.peer.remove(id)
    } catch (error) {
      this.failure.set(error as Error)
    }
  }

  /** Applies a snapshot that a command returned, ahead of the next event. */
  put(torrent: TorrentSnapshot): void {
    this.#change([torrent], [])
  }

  /** Files and peers of a torrent; null before they are known. Updated only while watched. */
  detail(id: string): Cell<TorrentDetail | null> {
    const known = this.#details.get(id)
    if (known) return known
    const made = new Cell<TorrentDetail | null>(null)
    this.#details.set(id, made)
    return made
  }

  /** Requests the detail once a second until the returned function is called. */
  watchDetail(id: string): () => void {
    void this.peer
      .watch(id)
      .then(() => this.peer.detail(id))
      .then(
        detail => this.detail(id).set(detail),
        () => {},
      )
    return () => void this.peer.unwatch(id).catch(() => {})
  }

  #on(event: PeerEvent): void {
    if (event.kind === 'torrents') this.#change(event.changed, event.gone)
    else if (event.kind === 'detail') this.detail(event.detail.torrent.id).set(event.detail)
    else if (event.kind === 'storage') this.storage.set(event.storage)
  }

  #change(changed: readonly TorrentSnapshot[], gone: readonly string[]): void {
    const next = new Map(this.torrents.get() ?? [])
    for (const id of gone) next.delete(id)
    for (const torrent of changed) next.set(torrent.id, torrent)
    this.torrents.set(next)
  }
}

/** Returns whether a torrent was opened from a link and nothing of it was downloaded. */
function isLeftOver({ wantedBytes, haveBytes, addedMs }: TorrentSnapshot): boolean {
  return wantedBytes === 0 && haveBytes === 0 && Date.now() - addedMs > LOOKED_AT_MS
}
