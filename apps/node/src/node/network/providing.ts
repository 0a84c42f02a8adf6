import type { ProvidedTorrent } from '@shoal/api'
import { contentKeys, sealedKey } from '@shoal/network'
import type { Host } from '@shoal/network/host'
import { type Clock, torrentCid } from '@shoal/torrent'
import { repeat } from '@shoal/torrent/base'
import { within } from '../../base/within.ts'
import type { ManagedTorrent } from '../torrents/service.ts'

const LOOK_MS = 15_000
/** Maximum time for withdrawing everything. */
const LEAVE_MS = 2500

export interface ProvidingOptions {
  readonly host: Host
  readonly clock: Clock
  torrents(): Iterable<ManagedTorrent>
  /** Whether a torrent was created or announced on this node. */
  isPublished(torrent: ManagedTorrent): boolean
  /** Whether complete downloads are provided, too. */
  offersDownloads(): boolean
  /** Whether everything is withdrawn on closing. Otherwise it expires. */
  readonly withdraws: boolean
  onChanged(): void
}

/**
 * Returns whether others can find a torrent at this node: never a private one, a download only if
 * the user allows it, and a sealed share only if those with its link have no other way to find it.
 */
export function isOffered(
  torrent: ManagedTorrent,
  { isPublished, offersDownloads }: Pick<ProvidingOptions, 'isPublished' | 'offersDownloads'>,
): boolean {
  const { api, row, sealed, linkKey } = torrent
  if (row.removedMs !== null || row.paused) return false
  if (!api.metainfo || api.metainfo.info.private) return false
  if (sealed && (!linkKey || api.trackers.length > 0)) return false
  return isPublished(torrent) || (offersDownloads() && torrent.isComplete)
}

/**
 * Returns the DHT keys under which a torrent is provided: a sealed share never under its hashes
 * (decision 013).
 */
function keysOf({ linkKey, api }: ManagedTorrent): Uint8Array[] {
  return linkKey ? [sealedKey(linkKey)] : contentKeys(api.infoHashes)
}

/**
 * Keeps this node's provided torrents announced in the network's DHT, and withdraws those that are
 * no longer provided.
 */
export class Providing {
  readonly #options: ProvidingOptions
  readonly #abort = new AbortController()
  /** Keys that the publisher announces, by torrent id. */
  readonly #keys = new Map<string, readonly Uint8Array[]>()
  #loop: Promise<void> = Promise.resolve()

  constructor(options: ProvidingOptions) {
    this.#options = options
  }

  start(): void {
    // Also without other nodes: the first to ask could be a node that joins only to download.
    this.#loop = repeat(this.#options.clock, LOOK_MS, this.#abort.signal, () => this.#update())
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error('The network was closed'))
    await this.#loop
    const { withdraws, host, clock } = this.#options
    if (!withdraws) return
    const keys = [...this.#keys.values()].flat()
    await within(clock, LEAVE_MS, host.index.publisher.withdraw(keys)).catch(() => {})
  }

  /** Returns the torrents that others can find here by content ID: no sealed shares. */
  list(): ProvidedTorrent[] {
    return this.#offered()
      .filter(({ sealed }) => !sealed)
      .map(torrent => this.#view(torrent))
  }

  /** Announces a torrent now. Rejects with the signal's reason. */
  async announce(torrent: ManagedTorrent, signal?: AbortSignal): Promise<ProvidedTorrent> {
    const { host, onChanged } = this.#options
    const keys = contentKeys(torrent.api.infoHashes)
    this.#keys.set(torrent.id, keys)
    await host.index.publisher.provideNow(keys, signal)
    onChanged()
    return this.#view(torrent)
  }

  #offered(): ManagedTorrent[] {
    return [...this.#options.torrents()].filter(torrent => isOffered(torrent, this.#options))
  }

  #update(): void {
    const { publisher } = this.#options.host.index
    const offered = this.#offered()
    for (const torrent of offered) {
      if (this.#keys.has(torrent.id)) continue
      const keys = keysOf(torrent)
      this.#keys.set(torrent.id, keys)
      publisher.provide(keys)
    }
    if (this.#keys.size === offered.length) return
    const ids = new Set(offered.map(({ id }) => id))
    const ended = [...this.#keys].filter(([id]) => !ids.has(id))
    for (const [id] of ended) this.#keys.delete(id)
    publisher.withdraw(ended.flatMap(([, keys]) => keys)).catch(() => {})
  }

  #view({ id, name, api }: ManagedTorrent): ProvidedTorrent {
    const { publisher } = this.#options.host.index
    const known = contentKeys(api.infoHashes).flatMap(key => publisher.announced(key) ?? [])
    const nodes = Math.max(0, ...known.map(each => each.nodes))
    // No node accepted it, so it counts as not announced.
    const announcedMs = nodes > 0 ? Math.max(...known.map(({ atMs }) => atMs)) : null
    return { id, name, cid: torrentCid(api.infoHashes), announcedMs, nodes }
  }
}
