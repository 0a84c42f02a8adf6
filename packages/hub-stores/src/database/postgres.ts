/**
 * PostgreSQL for a hub of many processes. A commit waits until PostgreSQL's log is on disk
 * (`synchronous_commit`), whatever the server's default.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { StoreError } from '../store-error.ts'
import { closedError, type Database, type Query, type Steps, type TableScan, type Value } from './database.ts'
import { backUpFirst, migratePostgres } from './migrate-postgres.ts'
import type { HubTables } from './tables.ts'

const CONNECT_MS = 10_000
/** More than the number of connections, each of which may have outdated statements. */
const MAX_ATTEMPTS = 50
const MAX_PAUSE_MS = 100
const ROWS_AT_ONCE = 500
/** Column types by PostgreSQL's OIDs. */
const [BYTEA, BIGINT] = [17, 20]

export interface PostgresOptions {
  /**
   * `postgres://user:password@host:port/database`. A socket:
   * `postgres://user@localhost/database?host=/folder`.
   */
  readonly url: string
  /**
   * Schema that contains the tables: a to z, digits and `_`. It is created if missing. Default:
   * `shoal`.
   */
  readonly schema?: string
  /** Most connections of this process. Default: 10. */
  readonly connections?: number
  /**
   * Folder for the backup before a migration. Without it, tables that need a migration are refused.
   */
  readonly backupFolder?: string
}

export class PostgresDatabase implements Database {
  readonly #pool: pg.Pool
  /** Statements are prepared once per connection, by name. */
  readonly #names = new Map<string, string>()
  #closed = false

  private constructor(pool: pg.Pool) {
    this.#pool = pool
    // An idle connection that breaks is replaced on demand.
    pool.on('error', () => {})
    pool.on('connect', client => client.on('error', () => {}))
  }

  /**
   * Connects, and migrates the tables after a backup in `backupFolder`. Rejects with `unavailable`,
   * `newer-version`, `bad-argument`, `io`, `no-space`.
   */
  static async open(options: PostgresOptions, owners: readonly HubTables[]): Promise<PostgresDatabase> {
    const schema = options.schema ?? 'shoal'
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
      throw new StoreError('bad-argument', 'schema must be 1 to 63 characters of a to z, 0 to 9 and _')
    const database = new PostgresDatabase(createPool(options.url, schema, options.connections ?? 10))
    try {
      await backUpFirst(database, owners, options.backupFolder)
      await database.write(() => migratePostgres(schema, owners))
      return database
    } catch (error) {
      await database.close()
      throw error
    }
  }

  async write<T>(transaction: () => Steps<T>): Promise<T> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#within('BEGIN', client => this.#drive(transaction(), client))
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !(isConflict(error) || isOutdated(error))) throw explain(error)
        await sleep(Math.min(2 ** attempt, MAX_PAUSE_MS) * Math.random())
      }
  }

  async read<T>(statements: () => Steps<T>): Promise<T> {
    if (this.#closed) throw closedError()
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#drive(statements(), this.#pool)
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isOutdated(error)) throw explain(error)
      }
  }

  async *snapshot(tables: readonly TableScan[]): ReturnType<Database['snapshot']> {
    const client = await this.#connect()
    try {
      await send(client, { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' })
      for (const { table, order } of tables) {
        await send(client, { text: `DECLARE part CURSOR FOR SELECT * FROM ${table} ORDER BY ${order}` })
        for (;;) {
          const { rows } = await send(client, { text: `FETCH ${ROWS_AT_ONCE} FROM part` })
          if (rows.length === 0) break
          yield { table, rows }
        }
        await send(client, { text: 'CLOSE part' })
      }
    } catch (error) {
      throw explain(error)
    } finally {
      await this.#rollBack(client)
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#pool.end()
  }

  async #within<T>(begin: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect()
    let result: T
    try {
      await send(client, { text: begin })
      result = await work(client)
      await send(client, { text: 'COMMIT' })
    } catch (error) {
      if (isOutdated(error)) client.release(true)
      else await this.#rollBack(client)
      throw error
    }
    client.release()
    return result
  }

  /** Ends a transaction and releases the connection, or closes it if that fails. */
  async #rollBack(client: pg.PoolClient): Promise<void> {
    try {
      await send(client, { text: 'ROLLBACK' })
      client.release()
    } catch {
      client.release(true)
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    if (this.#closed) throw closedError()
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw explain(unavailable(error))
    }
  }

  async #drive<T>(steps: Steps<T>, sender: Sender): Promise<T> {
    let step = steps.next()
    while (!step.done) {
      const { text, values } = statementOf(step.value)
      const { rows } = await send(sender, { name: this.#nameOf(text), text, values })
      step = steps.next(rows)
    }
    return step.value
  }

  #nameOf(text: string): string {
    const name = this.#names.get(text) ?? `s${this.#names.size}`
    this.#names.set(text, name)
    return name
  }
}

type Sender = Pick<pg.Pool | pg.PoolClient, 'query'>

async function send(sender: Sender, query: pg.QueryConfig): Promise<{ readonly rows: object[] }> {
  try {
    return await sender.query(query)
  } catch (error) {
    throw unavailable(error)
  }
}

function createPool(text: string, schema: string, max: number): pg.Pool {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol))
    throw new StoreError('bad-argument', 'This is not the address of a PostgreSQL database: postgres://…')
  // Options in the URL would override ours.
  url.searchParams.delete('options')
  return new pg.Pool({
    connectionString: url.href,
    max,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: 'shoal-hub',
    // A generic plan would not know which words are rare.
    options: `-c search_path=${schema} -c synchronous_commit=on -c plan_cache_mode=force_custom_plan`,
    types: { getTypeParser: parserOf },
  })
}

function parserOf(type: number, format?: string): (text: string) => unknown {
  if (type === BIGINT) return Number
  if (type === BYTEA) return bytesOf
  return pg.types.getTypeParser(type, format as 'text')
}

function statementOf(query: Query): { readonly text: string; readonly values: unknown[] } {
  if ('each' in query) return { text: query.each.postgres, values: columns(query.rows) }
  return {
    text: typeof query.text === 'string' ? query.text : query.text.postgres,
    values: query.values.map(value => (Array.isArray(value) ? arrayText(value) : value)),
  }
}

function columns(rows: readonly (readonly Value[])[]): string[] {
  return rows[0]!.map((_, at) => arrayText(rows.map(row => row[at]!)))
}

/** Returns an array in PostgreSQL's notation. */
function arrayText(values: readonly Value[]): string {
  return `{${values.map(itemText).join(',')}}`
}

function itemText(value: Value): string {
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) return `"\\\\x${hexOf(value)}"`
  return typeof value === 'number' ? String(value) : `"${String(value).replace(/["\\]/g, '\\$&')}"`
}

/** `\x` and hexadecimal digits. */
function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.from(text.slice(2), 'hex')
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

/** Another process changed the same rows: serialization failure and deadlock. */
function isConflict(error: unknown): boolean {
  return /^40(?:001|P01)$/.test(codeOf(error))
}

/**
 * A newer program added a column, which a statement prepared earlier on this connection also
 * returns (feature not supported: "cached plan must not change result type"). The connection is
 * then closed; the next one prepares it again.
 */
function isOutdated(error: unknown): boolean {
  return codeOf(error) === '0A000'
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? '')
}

/**
 * Classes of PostgreSQL's errors: connection, operator intervention, too many connections,
 * password, no such database.
 */
const UNAVAILABLE = /^(?:08|57P|53300|28|3D)/

/** Any error without a PostgreSQL code is a connection failure. */
function unavailable(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && !UNAVAILABLE.test(codeOf(error))) return error
  const reason = (error as Error).message
  return new StoreError(
    'unavailable',
    `PostgreSQL does not answer (${reason}): check that it runs, and its address`,
    {
      cause: error,
    },
  )
}

function explain(error: unknown): unknown {
  if (error instanceof StoreError) return error
  const code = codeOf(error)
  if (code === '53100') return new StoreError('no-space', 'The disk of PostgreSQL is full', { cause: error })
  if (/^(?:58|XX)/.test(code))
    return new StoreError('damaged', `PostgreSQL cannot read its files (${code})`, { cause: error })
  return error
}
