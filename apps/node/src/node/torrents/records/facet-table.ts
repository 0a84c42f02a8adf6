import type { Database, Query } from '@shoal/daemon/database'
import type { ManagedTorrent } from './managed-torrent.ts'

export interface FacetTableOptions {
  readonly database: Database
  readonly torrents: {
    /** Returns the id of a torrent's record. Undefined if it has none. */
    recordId(id: string): number | undefined
  }
}

type Value = number | string | null

/**
 * A capability's own table about torrents. It is read once, so that reading thousands of torrents
 * costs no queries. The column `id` refers to `torrents` with ON DELETE CASCADE: a removed torrent
 * that can be restored keeps its row, and deleting it deletes the row.
 */
export class FacetTable<Row extends { readonly [Name in keyof Row]: Value }> {
  readonly #torrents: FacetTableOptions['torrents']
  readonly #names: readonly (keyof Row)[]
  readonly #put: Query<never>
  readonly #delete: Query<never>
  /** The rows of earlier runs, by the ids of records. */
  readonly #stored = new Map<number, Row>()
  /** Rows of this run. Not by record id, which another torrent gets if a transaction fails. */
  readonly #written = new WeakMap<ManagedTorrent, Row | null>()

  /** `columns`: their names, by the members of a row. */
  constructor(
    { database, torrents }: FacetTableOptions,
    table: string,
    columns: { readonly [Name in keyof Row]: string },
  ) {
    this.#torrents = torrents
    this.#names = Object.keys(columns) as (keyof Row)[]
    const own = ['id', ...this.#names.map(name => columns[name])]
    const places = own.map(() => '?')
    this.#put = database.prepare(`INSERT OR REPLACE INTO ${table} (${own.join()}) VALUES (${places.join()})`)
    this.#delete = database.prepare(`DELETE FROM ${table} WHERE id = ?`)
    const all = database.prepare<Record<string, Value>>(`SELECT ${own.join()} FROM ${table}`).all()
    for (const raw of all) {
      const row = Object.fromEntries(this.#names.map(name => [name, raw[columns[name]]]))
      this.#stored.set(raw.id as number, row as Row)
    }
  }

  /** Null if nothing is stored. */
  read(torrent: ManagedTorrent): Row | null {
    const written = this.#written.get(torrent)
    if (written !== undefined) return written
    return this.#stored.get(this.#torrents.recordId(torrent.id) ?? -1) ?? null
  }

  /** Null deletes it. */
  write(torrent: ManagedTorrent, row: Row | null): void {
    this.store(torrent, row)()
  }

  /**
   * Writes within a transaction. Returns a function that makes the row readable, to be called
   * afterwards.
   */
  store(torrent: ManagedTorrent, row: Row | null): () => void {
    const id = this.#torrents.recordId(torrent.id)
    // It was deleted in the meantime, or has no row.
    if (id === undefined || (row === null && this.read(torrent) === null)) return () => {}
    if (row === null) this.#delete.run(id)
    else this.#put.run(id, ...this.#names.map(name => row[name]))
    return () => void this.#written.set(torrent, row)
  }
}
