/** Properties of the hub itself, by name. */
import { checkBytes, checkText } from '../checks.ts'
import { all, type Database, first } from '../database/database.ts'

const MAX_NAME_BYTES = 64
const MAX_BYTES = 65_536

export class Properties {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Returns null if there is no value. */
  async get(name: string): Promise<Uint8Array | null> {
    const row = await this.#database.read(() =>
      first<{ value: Uint8Array }>('SELECT value FROM properties WHERE name = $1', name),
    )
    return row?.value ?? null
  }

  /**
   * Stores a value of at most 65,536 bytes under a name, unless it has one. Returns the stored
   * value: if several processes do this, all get that of the first.
   */
  async keep(name: string, value: Uint8Array): Promise<Uint8Array> {
    checkText('name', name, 1, MAX_NAME_BYTES)
    checkBytes('value', value, 0, MAX_BYTES)
    return this.#database.write(function* () {
      yield* all(
        'INSERT INTO properties (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
        ...[name, value],
      )
      return (yield* first<{ value: Uint8Array }>('SELECT value FROM properties WHERE name = $1', name))!
        .value
    })
  }
}
