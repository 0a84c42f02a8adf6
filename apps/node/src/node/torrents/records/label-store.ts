import { type Database, Table } from '@shoal/daemon/database'

export interface LabelRecord {
  readonly id: number
  /** Unique. */
  readonly name: string
  /** `#rrggbb`; null if derived from the name. */
  readonly colour: string | null
  /** Download folder of its torrents; null for the default folder. */
  readonly directory: string | null
}

/** Labels. Deleting one leaves its torrents without a label. */
export class LabelStore {
  readonly #table: Table<LabelRecord>

  constructor(database: Database) {
    this.#table = new Table<LabelRecord>(database, 'labels', {
      id: 'plain',
      name: 'plain',
      colour: 'plain',
      directory: 'plain',
    })
  }

  /** Throws an SQLite error if the name exists: call `find` first. */
  add(label: Pick<LabelRecord, 'name'> & Partial<Omit<LabelRecord, 'id'>>): LabelRecord {
    return this.#table.get(this.#table.insert(label))!
  }

  update(id: number, changes: Partial<Omit<LabelRecord, 'id'>>): boolean {
    return this.#table.update(id, changes)
  }

  find(name: string): LabelRecord | null {
    return this.#table.select('WHERE name = ?', name)[0] ?? null
  }

  /** By name. */
  all(): LabelRecord[] {
    return this.#table.select('ORDER BY name')
  }

  delete(id: number): boolean {
    return this.#table.delete('WHERE id = ?', id) > 0
  }
}
