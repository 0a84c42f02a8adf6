import type { Database, Query } from '@shoal/daemon/database'
import type { PasskeyRecord, PasskeyStore } from './passkeys.ts'

type Row = Omit<PasskeyRecord, 'byToken'> & { readonly byToken: number }

const COLUMNS =
  'id, user_name AS userName, by_token AS byToken, public_key AS publicKey, counter, name, created_ms AS createdMs, used_ms AS usedMs'

/**
 * Passkeys in the catalogue. They contain no secrets: reading the file does not let anyone log in.
 */
export class SavedPasskeys implements PasskeyStore {
  readonly #insert: Query<never>
  readonly #get: Query<Row>
  readonly #all: Query<Row>
  readonly #note: Query<never>
  readonly #delete: Query<never>

  constructor(database: Database) {
    this.#insert = database.prepare(
      `INSERT INTO passkeys (id, user_name, by_token, public_key, counter, name, created_ms, used_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    )
    this.#get = database.prepare(`SELECT ${COLUMNS} FROM passkeys WHERE id = ?`)
    this.#all = database.prepare(`SELECT ${COLUMNS} FROM passkeys ORDER BY created_ms, id`)
    this.#note = database.prepare('UPDATE passkeys SET counter = ?, used_ms = ? WHERE id = ?')
    this.#delete = database.prepare('DELETE FROM passkeys WHERE id = ?')
  }

  add({ id, userName, byToken, publicKey, counter, name, createdMs, usedMs }: PasskeyRecord): boolean {
    const values = [id, userName, Number(byToken), publicKey, counter, name, createdMs, usedMs] as const
    return this.#insert.run(...values).changes > 0
  }

  get(id: string): PasskeyRecord | null {
    const row = this.#get.get(id)
    return row && toRecord(row)
  }

  all(): readonly PasskeyRecord[] {
    return this.#all.all().map(toRecord)
  }

  noteLogin(id: string, counter: number, usedMs: number): void {
    this.#note.run(counter, usedMs, id)
  }

  delete(id: string): void {
    this.#delete.run(id)
  }
}

function toRecord(row: Row): PasskeyRecord {
  return { ...row, byToken: row.byToken !== 0 }
}
