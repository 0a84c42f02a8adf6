import type { ProvidedTorrent } from '@shoal/api'
import { contentKeys } from '@shoal/network'
import type { Host } from '@shoal/network/host'
import { type Clock, delay, torrentCid } from '@shoal/torrent'
import type { ManagedTorrent } from '../torrents/service.ts'
import type { NetworkStore } from './network-store.ts'

/** libp2p/specs, kad-dht: providers renew their records after 22 hours; nodes keep them for 48. */
const RENEW_MS = 22 * 3_600_000
const LOOK_MS = 15_000
/** Time between two torrents: each takes about 80 messages. */
const SPACING_MS = 4000

export interface ProvidingOptions {
  readonly host: Host
  readonly clock: Clock
  readonly store: NetworkStore
  torrents(): Iterable<ManagedTorrent>
  /** Whether complete downloads are offered, too. */
  offersDownloads(): boolean
  onChanged(): void
}

/** Returns true for a torrent that others may find at this node: never a private one or a sealed share, and no download unless the user says so. */
export function isOffered(
  { api, row, sealed, isComplete }: ManagedTorrent,
  offersDownloads: boolean,
): boolean {
  if (row.removedMs !== null || row.paused || sealed) return false
  if (!api.metainfo || api.metainfo.info.private) return false
  return row.published || (offersDownloads && isComplete)
}

/** Keeps the torrents that this node offers announced in the DHT of the network. */
export class Providing {
  readonly #options: ProvidingOptions
  readonly #abort = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: ProvidingOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop = this.#run().catch(() => {})
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('The network was closed'))
    await this.#loop
  }

  /** The torrents that others find here. */
  list(): ProvidedTorrent[] {
    const announced = this.#options.store.announced()
    return this.#offered().map(torrent => {
      const known = announced.get(torrent.id)
      return view(torrent, known?.atMs ?? null, known?.nodes ?? 0)
    })
  }

  /** Announces a torrent now. Rejects with the signal's reason. */
  async announce(
    torrent: ManagedTorrent,
    signal: AbortSignal = this.#abort.signal,
  ): Promise<ProvidedTorrent> {
    const { host, clock, store, onChanged } = this.#options
    const either = AbortSignal.any([signal, this.#abort.signal])
    const taken = await Promise.all(
      contentKeys(torrent.api.infoHashes).map(key => host.kad.provide(key, either)),
    )
    const nodes = Math.max(...taken)
    const atMs = clock.unixMs()
    // Nobody was there to take it: it stays due.
    if (nodes > 0) store.keepAnnounced(torrent.id, { atMs, nodes })
    onChanged()
    return view(torrent, nodes > 0 ? atMs : null, nodes)
  }

  #offered(): ManagedTorrent[] {
    const { torrents, offersDownloads } = this.#options
    return [...torrents()].filter(torrent => isOffered(torrent, offersDownloads()))
  }

  async #run(): Promise<void> {
    const { host, clock, store } = this.#options
    const { signal } = this.#abort
    for (;;) {
      await delay(clock, LOOK_MS, signal)
      if (host.kad.tableSize === 0) continue
      const announced = store.announced()
      const isDue = ({ id }: ManagedTorrent) =>
        (announced.get(id)?.atMs ?? Number.NEGATIVE_INFINITY) < clock.unixMs() - RENEW_MS
      for (const torrent of this.#offered().filter(isDue)) {
        await this.announce(torrent).catch(() => {})
        await delay(clock, SPACING_MS, signal)
      }
    }
  }
}

function view({ id, name, api }: ManagedTorrent, announcedMs: number | null, nodes: number): ProvidedTorrent {
  return { id, name, cid: torrentCid(api.infoHashes), announcedMs, nodes }
}
