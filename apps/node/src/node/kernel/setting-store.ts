import type { Database, Query } from '@shoal/daemon/database'

/** Storage of settings, by section. */
export interface SettingRows {
  get(section: string): unknown
  set(section: string, value: unknown): void
  /** Runs `work` in a transaction. */
  together(work: () => void): void
}

/** Changed settings, by key: any JSON. Their meaning and defaults are up to the node. */
export class SettingStore {
  readonly #all: Query<{ readonly key: string; readonly value: string }>
  readonly #get: Query<{ readonly value: string }>
  readonly #set: Query<never>
  readonly #delete: Query<never>

  constructor(database: Database) {
    this.#all = database.prepare('SELECT key, value FROM settings')
    this.#get = database.prepare('SELECT value FROM settings WHERE key = ?')
    this.#set = database.prepare('INSERT OR REPLACE INTO settings VALUES (?, ?)')
    this.#delete = database.prepare('DELETE FROM settings WHERE key = ?')
  }

  all(): Map<string, unknown> {
    return new Map(this.#all.all().map(({ key, value }) => [key, JSON.parse(value)]))
  }

  /** Returns undefined if it was never set. */
  get(key: string): unknown {
    const row = this.#get.get(key)
    return row ? JSON.parse(row.value) : undefined
  }

  set(key: string, value: unknown): void {
    this.#set.run(key, JSON.stringify(value ?? null))
  }

  delete(key: string): void {
    this.#delete.run(key)
  }
}
