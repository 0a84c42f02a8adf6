import { Failure } from '@shoal/daemon/failure'
import { infoHashText, type TorrentApi } from '@shoal/torrent'
import { Slot } from '../../kernel/slot.ts'
import { type FacetInput, Facets } from './facets.ts'
import { ManagedTorrent, type SealOf } from './managed-torrent.ts'
import type { TorrentRow } from './torrent-row.ts'

/** Storage of rows. Each call has taken effect when it returns. */
export interface RowStore {
  all(): TorrentRow[]
  put(row: TorrentRow, api: TorrentApi): void
  /** Only stores how long torrents have run and when they were last active. */
  putTimes(rows: readonly TorrentRow[]): void
  delete(id: string): void
  /** Runs `work` as one transaction. */
  together(work: () => void): void
}

export interface RegistryListener {
  /** A torrent may have changed. `isReordered`: queue positions of others may have, too. */
  onChanged(torrent: ManagedTorrent, isReordered: boolean): void
  /** It was added to the list or restored. */
  onListed(torrent: ManagedTorrent): void
  /** It was removed from the list. */
  onUnlisted(id: string): void
}

/**
 * All torrents of the node by any of their info hashes: the engine's torrents with their rows of
 * the catalogue.
 */
export class TorrentRegistry {
  readonly facets = new Facets()
  /** Returns the seals of sealed shares. */
  readonly seals = new Slot<SealOf>(() => null)
  readonly #sealOf: SealOf = torrent => this.seals.value(torrent)
  readonly #rows: RowStore
  readonly #torrents = new Map<string, ManagedTorrent>()
  readonly #byHash = new Map<string, ManagedTorrent>()
  readonly #listeners = new Set<RegistryListener>()
  #firstInQueue = 1
  #lastInQueue = 0

  constructor(rows: RowStore) {
    this.#rows = rows
  }

  listen(listener: RegistryListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** In the order of adding, without removed torrents that can be restored. */
  *listed(): Generator<ManagedTorrent> {
    for (const torrent of this.#torrents.values()) if (torrent.row.removedMs === null) yield torrent
  }

  *removed(): Generator<ManagedTorrent> {
    for (const torrent of this.#torrents.values()) if (torrent.row.removedMs !== null) yield torrent
  }

  get size(): number {
    return this.#torrents.size
  }

  /** The lowest and highest order in the queue. */
  get queueEnds(): readonly [first: number, last: number] {
    return [this.#firstInQueue, this.#lastInQueue]
  }

  /** Also finds removed torrents. Null if there is none. */
  find(id: string): ManagedTorrent | null {
    return this.#byHash.get(id) ?? null
  }

  /** Whether it is in the list: neither removed nor replaced. */
  isListed(torrent: ManagedTorrent): boolean {
    return torrent.row.removedMs === null && this.find(torrent.id) === torrent
  }

  /** By any of its info hashes. */
  findApi({ infoHashes: { v1, v2 } }: Pick<TorrentApi, 'infoHashes'>): ManagedTorrent | null {
    return (v1 && this.find(infoHashText({ v1 }))) || (v2 && this.find(infoHashText({ v2 }))) || null
  }

  /** Throws `not-found`, also for removed torrents. */
  get(id: string): ManagedTorrent {
    const torrent = this.find(id)
    if (torrent && torrent.row.removedMs === null) return torrent
    throw new Failure('not-found', `there is no torrent ${id}: it was removed, or never added`, {
      field: 'id',
    })
  }

  /** Throws `not-found`, and `no-metadata` until its files are known. */
  getWithFiles(id: string): ManagedTorrent {
    const torrent = this.get(id)
    if (torrent.api.metainfo) return torrent
    throw new Failure('no-metadata', 'its files are not known yet: wait until a peer has sent the metadata', {
      field: 'id',
    })
  }

  /**
   * Registers a torrent of the session and stores its row. `given`: a new one's options for
   * capabilities.
   */
  add(api: TorrentApi, row: TorrentRow, given?: FacetInput): ManagedTorrent {
    const torrent = new ManagedTorrent(api, row, this.#sealOf)
    this.#rows.put(row, api)
    this.#torrents.set(row.id, torrent)
    this.#stretchQueue(row)
    this.index(torrent)
    // If this throws, the caller finds the torrent and deletes it.
    if (given) this.facets.take([torrent], given, true)()
    if (row.removedMs === null) for (const each of this.#listeners) each.onListed(torrent)
    return torrent
  }

  /**
   * Called again when another of its info hashes becomes known. Returns the torrents that had that
   * hash before: they are the same torrent.
   */
  index(torrent: ManagedTorrent): Set<ManagedTorrent> {
    const others = new Set<ManagedTorrent>()
    for (const id of torrent.ids) {
      const other = this.#byHash.get(id)
      if (other && other !== torrent) others.add(other)
      this.#byHash.set(id, torrent)
    }
    return others
  }

  /**
   * Changes the row, also in the catalogue. Does nothing if the torrent was deleted in the
   * meantime.
   */
  change(torrent: ManagedTorrent, change: Partial<TorrentRow>): void {
    this.changeAll([torrent], change)
  }

  /**
   * Makes the same change to many torrents in one transaction. `store` stores related data, and
   * returns a function that makes it visible.
   */
  changeAll(
    torrents: readonly ManagedTorrent[],
    change: Partial<TorrentRow> | ((torrent: ManagedTorrent) => Partial<TorrentRow>),
    store: (changed: readonly ManagedTorrent[]) => () => void = () => () => {},
  ): void {
    const toSettingsChange = typeof change === 'function' ? change : () => change
    const changed = torrents
      .filter(torrent => this.#torrents.get(torrent.id) === torrent)
      .map(torrent => ({
        torrent,
        before: torrent.row,
        row: { ...torrent.row, ...toSettingsChange(torrent) },
      }))
    let apply = () => {}
    this.#rows.together(() => {
      for (const { torrent, row } of changed) this.#rows.put(row, torrent.api)
      apply = store(changed.map(({ torrent }) => torrent))
    })
    apply()
    for (const { torrent, row } of changed) {
      torrent.row = row
      this.#stretchQueue(row)
    }
    for (const { torrent, before } of changed) this.#tell(torrent, before)
  }

  /** Stores the times of rows that were counted in memory. */
  saveTimes(torrents: readonly ManagedTorrent[]): void {
    this.#rows.putTimes(torrents.map(({ row }) => row))
  }

  #stretchQueue({ queueOrder }: TorrentRow): void {
    this.#firstInQueue = Math.min(this.#firstInQueue, queueOrder)
    this.#lastInQueue = Math.max(this.#lastInQueue, queueOrder)
  }

  #tell(torrent: ManagedTorrent, before: TorrentRow): void {
    const isListed = torrent.row.removedMs === null
    if (isListed === (before.removedMs === null))
      return this.touch(torrent, torrent.row.queueOrder !== before.queueOrder)
    for (const each of this.#listeners) isListed ? each.onListed(torrent) : each.onUnlisted(torrent.id)
  }

  /** Reports that the torrent may have changed. */
  touch(torrent: ManagedTorrent, isReordered = false): void {
    for (const each of this.#listeners) each.onChanged(torrent, isReordered)
  }

  /** Forgets it. */
  delete(torrent: ManagedTorrent): void {
    this.#rows.delete(torrent.id)
    this.#torrents.delete(torrent.id)
    for (const id of torrent.ids) if (this.#byHash.get(id) === torrent) this.#byHash.delete(id)
    if (torrent.row.removedMs === null) for (const each of this.#listeners) each.onUnlisted(torrent.id)
  }
}
