import { type ColumnKind, type Database, Table } from '@shoal/daemon/database'
import type { ManagedTorrent } from './managed-torrent.ts'

export interface FacetTableOptions {
  readonly database: Database
  readonly torrents: {
    /** Returns the id of a torrent's record. Undefined if it has none. */
    recordId(id: string): number | undefined
  }
}

/**
 * A capability's own table about torrents. It is read once, so that asking about thousands of torrents costs no queries. The column `id` refers to `torrents`
 * with ON DELETE CASCADE: a removed torrent that can be restored keeps its row, and a deleted one takes it along.
 */
export class FacetTable<Row extends object> {
  readonly #table: Table<{ readonly id: number }>
  readonly #torrents: FacetTableOptions['torrents']
  /** The rows of earlier runs, by the ids of records. */
  readonly #stored: ReadonlyMap<number, Row>
  /** Those of this run. Not by their ids, which another torrent gets if a transaction fails. */
  readonly #written = new WeakMap<ManagedTorrent, Row | null>()

  /** `columns`: how the members are stored, in columns of their names in snake case. */
  constructor(
    { database, torrents }: FacetTableOptions,
    name: string,
    columns: Readonly<Record<keyof Row & string, ColumnKind>>,
  ) {
    this.#table = new Table<{ readonly id: number }>(database, name, { id: 'plain', ...columns })
    this.#torrents = torrents
    const rows = this.#table.select('').map(({ id, ...row }) => [id, row as Row] as const)
    this.#stored = new Map(rows)
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

  /** Writes within a transaction, after which the function that it returns makes the row readable. */
  store(torrent: ManagedTorrent, row: Row | null): () => void {
    const id = this.#torrents.recordId(torrent.id)
    const isKnown = this.read(torrent) !== null
    // It was deleted in the meantime, or has nothing.
    if (id === undefined || (row === null && !isKnown)) return () => {}
    if (row === null) this.#table.delete('WHERE id = ?', id)
    else if (!isKnown || !this.#table.update(id, row)) this.#table.insert({ id, ...row })
    return () => void this.#written.set(torrent, row)
  }
}
