import type { Database, Query } from '@shoal/daemon/database'

/** A torrent that the user made findable. */
export interface FindableRecord {
  readonly torrent: string
  /** Null: the torrent's own. */
  readonly title: string | null
  readonly tags: readonly string[] | null
  readonly license: string | null
  readonly language: string | null
  /** Unix time in seconds of the first publication. */
  readonly published: number
  /** Sequence number of the entry or withdrawal that was signed last. */
  readonly sequence: number
  /** The signed entry. Null: not published at present. */
  readonly entry: Uint8Array | null
}

/** A pending withdrawal and the entry that it replaces, both signed. */
export interface Withdrawal {
  readonly id: number
  readonly entry: Uint8Array
  readonly withdrawal: Uint8Array
}

type Row = Omit<FindableRecord, 'tags'> & { readonly tags: string | null }

/** Stores in the catalogue which torrents others can find by search. */
export class FindableStore {
  readonly #database: Database
  readonly #all: Query<Row>
  readonly #put: Query<never>
  readonly #delete: Query<never>
  readonly #withdrawals: Query<Withdrawal>
  readonly #addWithdrawal: Query<never>
  readonly #deleteWithdrawal: Query<never>
  readonly #records = new Map<string, FindableRecord>()

  constructor(database: Database) {
    this.#database = database
    this.#all = database.prepare('SELECT * FROM findable')
    this.#put = database.prepare('INSERT OR REPLACE INTO findable VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#delete = database.prepare('DELETE FROM findable WHERE torrent = ?')
    this.#withdrawals = database.prepare('SELECT * FROM findable_withdrawals ORDER BY id')
    this.#addWithdrawal = database.prepare(
      'INSERT INTO findable_withdrawals (entry, withdrawal) VALUES (?, ?)',
    )
    this.#deleteWithdrawal = database.prepare('DELETE FROM findable_withdrawals WHERE id = ?')
    for (const row of this.#all.all())
      this.#records.set(row.torrent, { ...row, tags: row.tags === null ? null : JSON.parse(row.tags) })
  }

  get size(): number {
    return this.#records.size
  }

  list(): FindableRecord[] {
    return [...this.#records.values()]
  }

  get(torrent: string): FindableRecord | null {
    return this.#records.get(torrent) ?? null
  }

  put(record: FindableRecord): void {
    const { torrent, title, tags, license, language, published, sequence, entry } = record
    const tagText = tags === null ? null : JSON.stringify(tags)
    this.#put.run(torrent, title, tagText, license, language, published, sequence, entry)
    this.#records.set(torrent, record)
  }

  /** Replaces or deletes a record and adds a withdrawal in one transaction. */
  withdraw(torrent: string, rest: FindableRecord | null, withdrawal: Omit<Withdrawal, 'id'> | null): void {
    this.#database.transaction(() => {
      if (withdrawal) this.#addWithdrawal.run(withdrawal.entry, withdrawal.withdrawal)
      if (rest) this.put(rest)
      else this.#delete.run(torrent)
    })
    if (!rest) this.#records.delete(torrent)
  }

  withdrawals(): Withdrawal[] {
    return this.#withdrawals.all()
  }

  forgetWithdrawal(id: number): void {
    this.#deleteWithdrawal.run(id)
  }
}
