/**
 * Export and deletion of everything that a hub stores about a member, in the tables of all owners.
 */
import {
  type AccountState,
  checkChanges,
  checkDid,
  checkState,
  findAccount,
  keepAdmin,
} from '../accounts/account.ts'
import { all, type Database, type Steps } from '../database/database.ts'
import type { HubTables, PersonalTable } from '../database/tables.ts'

const ROWS_AT_ONCE = 100

export class MemberData {
  readonly #database: Database
  readonly #owners: readonly HubTables[]
  readonly #now: () => number

  constructor(database: Database, owners: readonly HubTables[], now: () => number) {
    this.#database = database
    this.#owners = owners
    this.#now = now
  }

  /**
   * Writes everything about a member as JSON: `{ "format", "did", "exportedMs", "tables": {
   * "TABLE": [{ COLUMN: value }] } }`, bytes as `{"b": base 64}`. Omits hashes of secrets. Others
   * may write during the export. Rejects with `not-found`.
   */
  async *export(did: string): AsyncGenerator<string> {
    checkDid(did)
    await this.#database.read(() => findAccount(did))
    const head = JSON.stringify({ format: 'shoal-hub-member/1', did, exportedMs: this.#now() })
    yield `${head.slice(0, -1)},"tables":{`
    for (const [at, personal] of this.#personal().entries()) {
      yield `${at === 0 ? '' : ','}\n${JSON.stringify(personal.table)}:[`
      for await (const text of this.#rows(personal, did)) yield text
      yield ']'
    }
    yield '}}\n'
  }

  /**
   * Deletes everything about a member in one transaction, including reports about them, others'
   * content on their listings, and devices' inboxes. The audit log stays. Returns the number of
   * rows by table. `state`: only if the account is in it. Rejects with `not-found`, `refused` if it
   * is the last admin or in another state.
   */
  async remove(
    did: string,
    { state }: { state?: AccountState } = {},
  ): Promise<Readonly<Record<string, number>>> {
    checkDid(did)
    if (state !== undefined) checkChanges({ state })
    return this.#database.write(() => this.#remove(did, state))
  }

  /** The tables of accounts come last: those of other owners refer to them. */
  #personal(): readonly PersonalTable[] {
    return this.#owners.toReversed().flatMap(({ personal = [] }) => personal)
  }

  *#remove(did: string, state: AccountState | undefined): Steps<Record<string, number>> {
    yield* keepAdmin(did, 'member', 'active')
    const account = yield* findAccount(did, 'FOR UPDATE')
    if (state !== undefined) checkState(account, state)
    const things = [`member:${did}`]
    for (const owner of this.#owners)
      if (owner.things) for (const thing of yield* owner.things(did)) things.push(thing)
    for (const owner of this.#owners) if (owner.forget) yield* owner.forget(did, things)
    const deleted: Record<string, number> = {}
    for (const { table, where, isDeleted = true } of this.#personal())
      if (isDeleted)
        deleted[table] = (yield* all(
          `DELETE FROM ${table} WHERE ${where} RETURNING 1 AS deleted`,
          did,
        )).length
    return deleted
  }

  async *#rows({ table, where, key, secret = [], isLarge = false }: PersonalTable, did: string) {
    const limit = isLarge ? 1 : ROWS_AT_ONCE
    for (let offset = 0; ; offset += limit) {
      const start = offset
      const rows = await this.#database.read(() =>
        all<Record<string, unknown>>(
          `SELECT * FROM ${table} WHERE ${where} ORDER BY ${key} LIMIT $2 OFFSET $3`,
          ...[did, limit, start],
        ),
      )
      for (const column of secret) for (const row of rows) delete row[column]
      if (rows.length > 0)
        yield `${start === 0 ? '' : ','}${rows.map(row => `\n${JSON.stringify(row, toJson)}`).join(',')}`
      if (rows.length < limit) return
    }
  }
}

function toJson(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { b: Buffer.from(value).toString('base64') } : value
}
