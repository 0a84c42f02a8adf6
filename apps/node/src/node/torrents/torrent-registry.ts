import { infoHashText, type TorrentApi } from '@shoal/torrent'
import { Failure } from '../../base/failure.ts'
import { ManagedTorrent } from './managed-torrent.ts'
import type { TorrentRow } from './torrent-row.ts'

/** Where rows are kept. Each call has taken effect when it returns. */
export interface RowStore {
  all(): TorrentRow[]
  put(row: TorrentRow, api: TorrentApi): void
  delete(id: string): void
  /** Does all that `work` does, or none of it. */
  together(work: () => void): void
}

export interface RegistryListener {
  /** Something of a torrent may show differently. `isReordered`: the places of others in the queue too. */
  onChanged(torrent: ManagedTorrent, isReordered: boolean): void
  /** It is new in the list, or back. */
  onListed(torrent: ManagedTorrent): void
  /** It is no longer in the list. */
  onUnlisted(id: string): void
}

/** All torrents of the node, by any of their info hashes: the engine's torrents with the rows that the catalogue has of them. */
export class TorrentRegistry {
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

  /** In the order of their adding; those that were removed and can be restored are left out. */
  *listed(): Generator<ManagedTorrent> {
    for (const torrent of this.#torrents.values()) if (torrent.row.removedMs === null) yield torrent
  }

  *removed(): Generator<ManagedTorrent> {
    for (const torrent of this.#torrents.values()) if (torrent.row.removedMs !== null) yield torrent
  }

  get size(): number {
    return this.#torrents.size
  }

  /** Nobody has an order in the queue before the first or after the last of these. */
  get queueEnds(): readonly [first: number, last: number] {
    return [this.#firstInQueue, this.#lastInQueue]
  }

  /** Also one that was removed. Null when there is none. */
  find(id: string): ManagedTorrent | null {
    return this.#byHash.get(id) ?? null
  }

  /** By any of its info hashes. */
  findApi({ infoHashes: { v1, v2 } }: Pick<TorrentApi, 'infoHashes'>): ManagedTorrent | null {
    return (v1 && this.find(infoHashText({ v1 }))) || (v2 && this.find(infoHashText({ v2 }))) || null
  }

  /** Throws `not-found`, also for one that was removed. */
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

  /** Takes a torrent of the session in. Its row is kept from then on. */
  add(api: TorrentApi, row: TorrentRow): ManagedTorrent {
    const torrent = new ManagedTorrent(api, row)
    this.#rows.put(row, api)
    this.#torrents.set(row.id, torrent)
    this.#stretchQueue(row)
    this.index(torrent)
    if (row.removedMs === null) for (const each of this.#listeners) each.onListed(torrent)
    return torrent
  }

  /** Again when another of its info hashes becomes known. Returns those that were found by it before: they are the same torrent. */
  index(torrent: ManagedTorrent): Set<ManagedTorrent> {
    const others = new Set<ManagedTorrent>()
    for (const id of torrent.ids) {
      const other = this.#byHash.get(id)
      if (other && other !== torrent) others.add(other)
      this.#byHash.set(id, torrent)
    }
    return others
  }

  /** Changes the row, in the catalogue too. Nothing of one that was forgotten meanwhile. */
  change(torrent: ManagedTorrent, change: Partial<TorrentRow>): void {
    this.changeAll([torrent], change)
  }

  /** The same change of many, all or none. */
  changeAll(
    torrents: readonly ManagedTorrent[],
    change: Partial<TorrentRow> | ((torrent: ManagedTorrent) => Partial<TorrentRow>),
  ): void {
    const changeOf = typeof change === 'function' ? change : () => change
    const changed = torrents
      .filter(torrent => this.#torrents.get(torrent.id) === torrent)
      .map(torrent => ({ torrent, before: torrent.row, row: { ...torrent.row, ...changeOf(torrent) } }))
    this.#rows.together(() => {
      for (const { torrent, row } of changed) this.#rows.put(row, torrent.api)
    })
    for (const { torrent, row } of changed) {
      torrent.row = row
      this.#stretchQueue(row)
    }
    for (const { torrent, before } of changed) this.#tell(torrent, before)
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

  /** Says that it may show differently. */
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
