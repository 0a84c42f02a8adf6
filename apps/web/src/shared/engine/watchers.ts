import type { TorrentApi } from '@shoal/torrent'
import type { Engine } from './engine.ts'
import type { PeerEvent, TorrentSnapshot } from './protocol.ts'
import { differs } from './snapshot.ts'

const TICK_MS = 1000
/**
 * A torrent whose state changes (its metadata arrived, it is complete) is reported before the next
 * tick.
 */
const SOON_MS = 50
/** Querying the quota takes the browser a while. */
const STORAGE_TICKS = 5
/**
 * While no peer has the content that a page waits for, trackers are queried at this interval: a
 * sender may have been offline for hours, with its tracker.
 */
const ASK_TICKS = 60

interface Watcher {
  readonly send: (event: PeerEvent) => void
  /** The last reported snapshots, by ID. */
  readonly sent: Map<string, TorrentSnapshot>
  readonly details: Set<string>
}

/**
 * Pages that receive changes once a second, and changes of state sooner. Nothing is computed
 * without pages.
 */
export class Watchers {
  readonly #engine: Engine
  readonly #watchers = new Map<string, Watcher>()
  readonly #timer: ReturnType<typeof setInterval>
  readonly #heard = new WeakSet<TorrentApi>()
  #soon: ReturnType<typeof setTimeout> | undefined
  #ticks = 0

  constructor(engine: Engine) {
    this.#engine = engine
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  /** Subscribes a page. Returns the current torrents. */
  add(page: string, id: string | null, send: Watcher['send']): TorrentSnapshot[] {
    const watcher = this.#watchers.get(page) ?? { send, sent: new Map(), details: new Set() }
    this.#watchers.set(page, watcher)
    const torrents = this.#snapshots()
    // A request for one torrent may ignore changes of others: the next tick reports them.
    if (id !== null) watcher.details.add(id)
    else for (const torrent of torrents) watcher.sent.set(torrent.id, torrent)
    void this.#sendStorage([watcher])
    return torrents
  }

  remove(page: string, id: string | null): void {
    if (id === null) this.#watchers.delete(page)
    else this.#watchers.get(page)?.details.delete(id)
  }

  close(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    this.#watchers.clear()
  }

  #tick(): void {
    if (this.#watchers.size === 0) return
    const watchers = [...this.#watchers.values()]
    this.#send(watchers)
    if (++this.#ticks % STORAGE_TICKS === 0) void this.#sendStorage(watchers)
    if (this.#ticks % ASK_TICKS === 0)
      for (const torrent of this.#engine.torrents) if (misses(torrent)) torrent.reannounce()
  }

  #send(watchers: Iterable<Watcher>): void {
    const now = this.#snapshots()
    for (const watcher of watchers) {
      sendChanges(watcher, now)
      for (const id of watcher.details) this.#sendDetail(watcher, id)
    }
  }

  #snapshots(): TorrentSnapshot[] {
    for (const torrent of this.#engine.torrents) this.#hear(torrent)
    return this.#engine.torrents.map(torrent => this.#engine.snapshot(torrent))
  }

  #hear(torrent: TorrentApi): void {
    if (this.#heard.has(torrent)) return
    this.#heard.add(torrent)
    torrent.on('state', () => {
      if (this.#watchers.size === 0) return
      this.#soon ??= setTimeout(() => {
        this.#soon = undefined
        if (this.#watchers.size > 0) this.#send(this.#watchers.values())
      }, SOON_MS)
    })
  }

  #sendDetail(watcher: Watcher, id: string): void {
    const torrent = this.#engine.find(id)
    if (torrent) watcher.send({ kind: 'detail', detail: this.#engine.detail(torrent) })
  }

  async #sendStorage(watchers: readonly Watcher[]): Promise<void> {
    const storage = await this.#engine.storage()
    for (const { send } of watchers) send({ kind: 'storage', storage })
  }
}

function sendChanges({ sent, send }: Watcher, now: readonly TorrentSnapshot[]): void {
  const changed = now.filter(torrent => differs(sent.get(torrent.id), torrent))
  const ids = new Set(now.map(({ id }) => id))
  const gone = [...sent.keys()].filter(id => !ids.has(id))
  if (changed.length === 0 && gone.length === 0) return
  for (const id of gone) sent.delete(id)
  for (const torrent of changed) sent.set(torrent.id, torrent)
  send({ kind: 'torrents', changed, gone })
}

/** Returns whether files are missing, or none is selected yet, and no peer is connected. */
function misses({ stats: { peers, haveBytes, wantedBytes } }: TorrentApi): boolean {
  return peers === 0 && (wantedBytes === 0 || haveBytes < wantedBytes)
}
