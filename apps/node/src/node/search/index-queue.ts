import type { Database, Query } from '@shoal/daemon/database'

/**
 * `names`: a torrent and its files. `documents`: queues its documents. `document`: the text of one
 * file. `forget`: all entries of a removed torrent.
 */
export type IndexTaskKind = 'names' | 'documents' | 'document' | 'forget'

export interface IndexTask {
  readonly id: number
  readonly torrentId: number
  readonly task: IndexTaskKind
  /** File index of a `document`; 0 otherwise. */
  readonly fileIndex: number
}

const COLUMNS = 'id, torrent_id AS torrentId, task, file_index AS fileIndex'

/** Tasks of the indexer. They are stored, so that a restart continues where the last run ended. */
export class IndexQueue {
  readonly #database: Database
  readonly #add: Query<never>
  readonly #next: Query<IndexTask>
  readonly #nextQuick: Query<IndexTask>
  readonly #delete: Query<never>
  readonly #deleteTorrent: Query<never>
  readonly #count: Query<{ readonly count: number }>
  readonly #getGeneration: Query<{ readonly value: string }>
  readonly #setGeneration: Query<never>

  constructor(database: Database) {
    this.#database = database
    this.#add = database.prepare(
      'INSERT OR REPLACE INTO index_queue (torrent_id, task, file_index) VALUES (?, ?, ?)',
    )
    this.#next = database.prepare(`SELECT ${COLUMNS} FROM index_queue ORDER BY id LIMIT 1`)
    this.#nextQuick = database.prepare(
      `SELECT ${COLUMNS} FROM index_queue WHERE task <> 'document' ORDER BY id LIMIT 1`,
    )
    this.#delete = database.prepare('DELETE FROM index_queue WHERE id = ?')
    this.#deleteTorrent = database.prepare('DELETE FROM index_queue WHERE torrent_id = ?')
    this.#count = database.prepare('SELECT count(*) AS count FROM index_queue')
    this.#getGeneration = database.prepare("SELECT value FROM index_state WHERE name = 'generation'")
    this.#setGeneration = database.prepare("INSERT OR REPLACE INTO index_state VALUES ('generation', ?)")
  }

  /** A task that is added again moves to the end of the queue. */
  add(torrentId: number, task: IndexTaskKind, fileIndexes: Iterable<number> = [0]): void {
    this.#database.transaction(() => {
      if (task === 'forget') this.#deleteTorrent.run(torrentId)
      for (const fileIndex of fileIndexes) this.#add.run(torrentId, task, fileIndex)
    })
  }

  /** Names come before documents: they are quick, and what most people search for. */
  next(): IndexTask | null {
    return this.#nextQuick.get() ?? this.#next.get()
  }

  /** Removes a finished task, unless it was added again in the meantime: it then has another id. */
  delete(id: number): void {
    this.#delete.run(id)
  }

  count(): number {
    return this.#count.get()!.count
  }

  /** Id of the index that the queue belongs to. Null at first. */
  get generation(): string | null {
    return this.#getGeneration.get()?.value ?? null
  }

  set generation(generation: string) {
    this.#setGeneration.run(generation)
  }
}
