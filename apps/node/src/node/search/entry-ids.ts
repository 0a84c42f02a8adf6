import type { DatabaseSync, StatementSync } from 'node:sqlite'

export const RANGES_SCHEMA = `
  CREATE TABLE ranges (torrent_id INTEGER PRIMARY KEY, first INTEGER NOT NULL UNIQUE, count INTEGER NOT NULL);
`

/**
 * Ids of the index's entries. Each torrent has a range: itself, then its files. Ranges are close
 * together, since FTS5 stores the distance to the previous entry for each word: with large gaps,
 * that takes a third of the index.
 */
export class EntryIds {
  readonly #range: StatementSync
  readonly #end: StatementSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #holder: StatementSync

  constructor(sqlite: DatabaseSync) {
    this.#range = sqlite.prepare('SELECT first, count FROM ranges WHERE torrent_id = ?')
    this.#end = sqlite.prepare('SELECT first + count AS "end" FROM ranges ORDER BY first DESC LIMIT 1')
    this.#insert = sqlite.prepare('INSERT INTO ranges VALUES (?, ?, ?)')
    this.#delete = sqlite.prepare('DELETE FROM ranges WHERE torrent_id = ?')
    this.#holder = sqlite.prepare(
      'SELECT torrent_id AS torrentId, first, count FROM ranges WHERE first <= ? ORDER BY first DESC LIMIT 1',
    )
  }

  /** Returns the ids of a torrent, [first, end), or null if it has none. */
  rangeOf(torrentId: number): { readonly first: number; readonly end: number } | null {
    const row = this.#range.get(torrentId) as { first: number; count: number } | undefined
    return row ? { first: row.first, end: row.first + row.count } : null
  }

  /** Reserves a range for a torrent that has none, for file indexes below `files`. */
  allocate(torrentId: number, files: number): void {
    const last = this.#end.get() as { end: number } | undefined
    this.#insert.run(torrentId, last?.end ?? 1, files + 1)
  }

  free(torrentId: number): void {
    this.#delete.run(torrentId)
  }

  /** Returns null if no id is reserved. `file` null: the torrent itself. */
  idOf(torrentId: number, file: number | null): number | null {
    const range = this.rangeOf(torrentId)
    const id = range ? range.first + (file === null ? 0 : file + 1) : 0
    return range && id < range.end ? id : null
  }

  holderOf(id: number): { readonly torrentId: number; readonly file: number | null } | null {
    const row = this.#holder.get(id) as { torrentId: number; first: number; count: number } | undefined
    if (!row || id >= row.first + row.count) return null
    return { torrentId: row.torrentId, file: id === row.first ? null : id - row.first - 1 }
  }
}
