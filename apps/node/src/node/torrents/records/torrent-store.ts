import { type Database, type Query, Table } from '@shoal/daemon/database'

/**
 * The record of a torrent, in addition to the engine's resume data. Hex is lower-case. Absent
 * values are null.
 */
export interface TorrentRecord {
  /** Never used again for another torrent. */
  readonly id: number
  /** At least one is not null. */
  readonly infoHashV1: string | null
  readonly infoHashV2: string | null
  /** As lists show it. */
  readonly name: string
  /** Name chosen by the user; null for the torrent's own. */
  readonly givenName: string | null
  readonly comment: string | null
  /** The link or path it was added from, without passwords. */
  readonly source: string | null
  readonly directory: string
  readonly labelId: number | null
  readonly tags: readonly string[]
  readonly addedMs: number
  readonly completedMs: number | null
  /** Time of the last transfer. */
  readonly activeMs: number | null
  /**
   * When it was removed; it can be restored until the node deletes the record, with its files if
   * `removeData` is set.
   */
  readonly removedMs: number | null
  readonly removeData: boolean
  /** Whether the user has paused it; the queue may hold it back in addition. */
  readonly paused: boolean
  /** It does not wait in the queue. */
  readonly forced: boolean
  readonly sequential: boolean
  /** From 1; null: not in the queue. */
  readonly queuePosition: number | null
  readonly downloadLimitBytesPerSecond: number | null
  readonly uploadLimitBytesPerSecond: number | null
  /** The complete list of its files is in the catalogue. */
  readonly filesKnown: boolean
}

type Needed = 'name' | 'directory' | 'addedMs'
export type NewTorrent = Pick<TorrentRecord, Needed> &
  Partial<Omit<TorrentRecord, 'id' | 'filesKnown' | Needed>>
export type TorrentChanges = Partial<Omit<TorrentRecord, 'id' | 'filesKnown'>>

/** Totals over the life of a torrent. */
export interface TorrentTotals {
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  readonly wastedBytes: number
  readonly downloadingMs: number
  readonly seedingMs: number
}

const NO_TOTALS: TorrentTotals = {
  downloadedBytes: 0,
  uploadedBytes: 0,
  wastedBytes: 0,
  downloadingMs: 0,
  seedingMs: 0,
}

const TOTALS = `downloaded_bytes AS downloadedBytes, uploaded_bytes AS uploadedBytes, wasted_bytes AS wastedBytes,
  downloading_ms AS downloadingMs, seeding_ms AS seedingMs`

/** The torrents of the node. */
export class TorrentStore {
  readonly #database: Database
  readonly #table: Table<TorrentRecord>
  readonly #totals: Query<TorrentTotals>
  readonly #allTotals: Query<TorrentTotals & { readonly id: number }>
  readonly #addTotals: Query<never>
  readonly #knowsFiles: Query<{ readonly known: number }>

  constructor(database: Database) {
    this.#database = database
    this.#table = new Table<TorrentRecord>(database, 'torrents', {
      id: 'plain',
      infoHashV1: 'plain',
      infoHashV2: 'plain',
      name: 'plain',
      givenName: 'plain',
      comment: 'plain',
      source: 'plain',
      directory: 'plain',
      labelId: 'plain',
      tags: 'json',
      addedMs: 'plain',
      completedMs: 'plain',
      activeMs: 'plain',
      removedMs: 'plain',
      removeData: 'boolean',
      paused: 'boolean',
      forced: 'boolean',
      sequential: 'boolean',
      queuePosition: 'plain',
      downloadLimitBytesPerSecond: 'plain',
      uploadLimitBytesPerSecond: 'plain',
      filesKnown: 'boolean',
    })
    this.#totals = database.prepare(`SELECT ${TOTALS} FROM torrent_totals WHERE torrent_id = ?`)
    this.#allTotals = database.prepare(`SELECT torrent_id AS id, ${TOTALS} FROM torrent_totals`)
    this.#knowsFiles = database.prepare('SELECT files_known AS known FROM torrents WHERE id = ?')
    this.#addTotals = database.prepare(`
      INSERT INTO torrent_totals SELECT ?1, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM torrents WHERE id = ?1)
      ON CONFLICT DO UPDATE SET
        downloaded_bytes = downloaded_bytes + excluded.downloaded_bytes,
        uploaded_bytes = uploaded_bytes + excluded.uploaded_bytes,
        wasted_bytes = wasted_bytes + excluded.wasted_bytes,
        downloading_ms = downloading_ms + excluded.downloading_ms,
        seeding_ms = seeding_ms + excluded.seeding_ms`)
  }

  /** Throws an SQLite error if one of its info hashes exists: call `find` first. */
  add(torrent: NewTorrent): TorrentRecord {
    return this.get(this.#table.insert(torrent))!
  }

  /** Returns false if there is no such torrent. */
  update(id: number, changes: TorrentChanges): boolean {
    return this.#table.update(id, changes)
  }

  get(id: number): TorrentRecord | null {
    return this.#table.get(id)
  }

  /** Whether the names of its files are stored. */
  knowsFiles(id: number): boolean {
    return (this.#knowsFiles.get(id)?.known ?? 0) > 0
  }

  /** Finds by either info hash, including removed torrents that can be restored. */
  find(infoHash: string): TorrentRecord | null {
    const column = infoHash.length === 40 ? 'info_hash_v1' : 'info_hash_v2'
    return this.#table.select(`WHERE ${column} = ?`, infoHash)[0] ?? null
  }

  /** In the order in which they were added. */
  all(): TorrentRecord[] {
    return this.#table.select('ORDER BY id')
  }

  /** Deletes it with its files and totals. */
  delete(id: number): boolean {
    return this.#table.delete('WHERE id = ?', id) > 0
  }

  totals(id: number): TorrentTotals {
    return this.#totals.get(id) ?? NO_TOTALS
  }

  /** Totals by id of all torrents that have any. */
  allTotals(): Map<number, TorrentTotals> {
    return new Map(this.#allTotals.all().map(({ id, ...totals }) => [id, totals]))
  }

  /**
   * Adds the differences since the last call, for many torrents in one transaction. Skips deleted
   * torrents.
   */
  addTotals(deltas: ReadonlyMap<number, Partial<TorrentTotals>>): void {
    if (deltas.size === 0) return
    this.#database.transaction(() => {
      for (const [id, delta] of deltas) this.#addOne(id, { ...NO_TOTALS, ...delta })
    })
  }

  #addOne(id: number, delta: TorrentTotals): void {
    const { downloadedBytes, uploadedBytes, wastedBytes, downloadingMs, seedingMs } = delta
    const counts = [downloadedBytes, uploadedBytes, wastedBytes, downloadingMs, seedingMs].map(Math.round)
    this.#addTotals.run(id, ...counts)
  }
}
