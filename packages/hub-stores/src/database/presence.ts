/**
 * Detects whether a hub is using a database that is about to be moved. Each process of a hub holds
 * a shared lock while it runs, and a move holds an exclusive one. The system or PostgreSQL releases
 * the lock however the process ends.
 */
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { StoreError } from '../store-error.ts'

export interface Presence extends AsyncDisposable {
  close(): Promise<void>
}

/** Another lock number of a database, next to that of migrations. */
const LOCK = 0x53684863
const [CONNECT_MS, RETRY_MS] = [10_000, 1000] as const

/**
 * Locks a SQLite file through `PATH.lock`. Rejects with `busy` if there are other holders, or an
 * exclusive one.
 */
export async function presentAtFile(path: string, { alone = false } = {}): Promise<Presence> {
  const lock = `${path}.lock`
  const sqlite = new DatabaseSync(lock, { timeout: 0 })
  try {
    chmodSync(lock, 0o600)
    // A reader keeps its lock until the end of the transaction.
    sqlite.exec(alone ? 'BEGIN EXCLUSIVE' : 'BEGIN; SELECT count(*) FROM sqlite_schema')
  } catch (cause) {
    sqlite.close()
    throw occupied(alone, cause)
  }
  const close = async () => {
    if (sqlite.isOpen) sqlite.close()
  }
  return { close, [Symbol.asyncDispose]: close }
}

/**
 * Locks a PostgreSQL database with an advisory lock. Rejects like `presentAtFile`, and with
 * `unavailable`. A broken connection is replaced.
 */
export async function presentAtServer(url: string, { alone = false } = {}): Promise<Presence> {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const lock = alone ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared'
  const connect = async () => {
    const next = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      application_name: 'shoal-hub',
    })
    next.on('error', () => {})
    try {
      await next.connect()
      const { rows } = await next.query(`SELECT ${lock}($1) AS got`, [LOCK])
      if (!rows[0].got) throw occupied(alone)
    } catch (error) {
      await next.end().catch(() => {})
      if (error instanceof StoreError) throw error
      throw new StoreError('unavailable', 'PostgreSQL does not answer: is it running?', { cause: error })
    }
    if (isClosed) return void (await next.end())
    client = next
    next.on('end', again)
  }
  const again = () => {
    if (isClosed) return
    timer = setTimeout(() => connect().catch(again), RETRY_MS).unref()
  }
  await connect()
  const close = async () => {
    isClosed = true
    clearTimeout(timer)
    await client?.end().catch(() => {})
  }
  return { close, [Symbol.asyncDispose]: close }
}

function occupied(alone: boolean, cause?: unknown): StoreError {
  return new StoreError(
    'busy',
    alone
      ? 'A hub uses this database: stop it first'
      : 'This database is being moved: start the hub when that is done',
    { cause },
  )
}
