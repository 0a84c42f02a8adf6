import type { Database, Query } from '@shoal/daemon/database'
import { type FileKind, kindOf } from '@shoal/network/kinds'

export interface FileRecord {
  /** Index of the file in the torrent. */
  readonly index: number
  /** With `/` between folders, below the torrent's folder. */
  readonly path: string
  readonly lengthBytes: number
  readonly kind: FileKind
}

export interface FileTotals {
  readonly count: number
  readonly bytes: number
  /** -1 while the torrent has no files. */
  readonly lastIndex: number
}

/** Rows written before other work runs: about 10 ms. */
const ROWS_AT_ONCE = 2000
const COLUMNS = 'file_index AS "index", path, length_bytes AS lengthBytes, kind'

/** The files of all torrents. */
export class FileStore {
  readonly #database: Database
  readonly #insert: Query<never>
  readonly #deleteAll: Query<never>
  readonly #known: Query<never>
  readonly #page: Query<FileRecord>
  readonly #one: Query<FileRecord>
  readonly #totals: Query<FileTotals>

  constructor(database: Database) {
    this.#database = database
    this.#insert = database.prepare('INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)')
    this.#deleteAll = database.prepare('DELETE FROM files WHERE torrent_id = ?')
    this.#known = database.prepare('UPDATE torrents SET files_known = ? WHERE id = ?')
    this.#page = database.prepare(
      `SELECT ${COLUMNS} FROM files WHERE torrent_id = ? AND file_index >= ? ORDER BY file_index LIMIT ?`,
    )
    this.#one = database.prepare(`SELECT ${COLUMNS} FROM files WHERE torrent_id = ? AND file_index = ?`)
    this.#totals = database.prepare(
      `SELECT count(*) AS count, coalesce(sum(length_bytes), 0) AS bytes, coalesce(max(file_index), -1) AS lastIndex
       FROM files WHERE torrent_id = ?`,
    )
  }

  /**
   * Replaces the list of a torrent's files, in slices, so that other work need not wait for a
   * hundred thousand of them. The torrent's `filesKnown` becomes true with the last slice: an
   * interrupted list is written again. Stops silently if the torrent is deleted.
   */
  async replace(
    torrentId: number,
    files: Iterable<{ readonly index: number; readonly path: string; readonly lengthBytes: number }>,
    options: { signal?: AbortSignal } = {},
  ): Promise<void> {
    let exists = this.#database.transaction(() => {
      this.#deleteAll.run(torrentId)
      return this.#known.run(0, torrentId).changes > 0
    })
    let slice: { index: number; path: string; lengthBytes: number }[] = []
    const write = async () => {
      options.signal?.throwIfAborted()
      exists &&= this.#writeSlice(torrentId, slice)
      slice = []
      await new Promise(setImmediate)
    }
    for (const file of files) {
      slice.push(file)
      if (slice.length === ROWS_AT_ONCE) await write()
      if (!exists) return
    }
    if (slice.length > 0) await write()
    if (exists) this.#known.run(1, torrentId)
  }

  #writeSlice(id: number, slice: readonly { index: number; path: string; lengthBytes: number }[]): boolean {
    return this.#database.transaction(() => {
      if (this.#known.run(0, id).changes === 0) return false
      for (const { index, path, lengthBytes } of slice)
        this.#insert.run(id, index, path, lengthBytes, kindOf(path))
      return true
    })
  }

  /** Returns at most `limit` files, starting at index `from`. */
  page(torrentId: number, from: number, limit: number): FileRecord[] {
    return this.#page.all(torrentId, from, limit)
  }

  /** Iterates over all files, reading them in slices. */
  *each(torrentId: number): Generator<FileRecord> {
    for (let from = 0; ; ) {
      const slice = this.page(torrentId, from, ROWS_AT_ONCE)
      yield* slice
      if (slice.length < ROWS_AT_ONCE) return
      from = slice.at(-1)!.index + 1
    }
  }

  get(torrentId: number, index: number): FileRecord | null {
    return this.#one.get(torrentId, index)
  }

  totals(torrentId: number): FileTotals {
    return this.#totals.get(torrentId)!
  }
}
