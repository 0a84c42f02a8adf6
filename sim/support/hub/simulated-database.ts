/**
 * A database shared by several processes of a simulated hub: SQLite in memory, which answers in
 * virtual time like PostgreSQL. Transactions take effect at one moment, before their answer
 * arrives; statements that only read can be interleaved with others' writes.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { Database, Query, Steps } from '../../../packages/hub-stores/src/database/database.ts'
import { forSqlite } from '../../../packages/hub-stores/src/database/tables.ts'
import { StoreError } from '../../../packages/hub-stores/src/store-error.ts'
import { ALL_TABLES } from '../../../packages/hub-stores/src/testing/all-tables.ts'
import type { Clock, Random } from '../../../packages/torrent/src/base/index.ts'

interface UnderWay {
  /** Commits, unless that was already done. */
  commit(): void
  readonly fail: (error: Error) => void
}

interface Tables {
  readonly sqlite: DatabaseSync
  readonly statements: Map<string, StatementSync>
}

/** Empty tables of closed databases: creating them takes as long as a short run. */
const spare: Tables[] = []

function makeTables(): Tables {
  const sqlite = new DatabaseSync(':memory:')
  for (const { migrations } of ALL_TABLES) for (const each of migrations) sqlite.exec(forSqlite(each))
  return { sqlite, statements: new Map() }
}

export class SimulatedDatabase {
  /** Null once it is closed. */
  #tables: Tables | null
  readonly #clock: Clock
  readonly #random: Random
  readonly #connections = new Set<Connection>()
  #isDown = false

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
    this.#tables = spare.pop() ?? makeTables()
    // Everything is in one transaction that is never committed, so rolling it back empties the
    // tables.
    this.#sqlite.exec('BEGIN')
  }

  get #sqlite(): DatabaseSync {
    if (!this.#tables) throw new Error('the simulated database is closed')
    return this.#tables.sqlite
  }

  get isDown(): boolean {
    return this.#isDown
  }

  /** Opens a connection for one process. */
  connect(): Connection {
    const connection = new Connection(this, this.#clock, this.#random)
    this.#connections.add(connection)
    return connection
  }

  /** Nothing is answered from now on. Some of the transactions in progress are committed. */
  kill(): void {
    this.#isDown = true
    for (const connection of this.#connections) connection.interrupt()
  }

  restart(): void {
    this.#isDown = false
  }

  /** Copies rooms with their entries into an empty database. */
  copyTo(other: SimulatedDatabase): void {
    for (const table of ['rooms', 'entries'])
      for (const row of this.#sqlite.prepare(`SELECT * FROM ${table}`).all()) {
        const names = Object.keys(row)
        const places = names.map(() => '?').join(', ')
        const text = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`
        other.#sqlite.prepare(text).run(...(Object.values(row) as SQLInputValue[]))
      }
  }

  /** Runs a transaction immediately, regardless of the database's state. */
  run<T>(transaction: () => Steps<T>): T {
    this.#sqlite.exec('SAVEPOINT own')
    try {
      const steps = transaction()
      let step = steps.next()
      while (!step.done) step = steps.next(this.rowsOf(step.value))
      this.#sqlite.exec('RELEASE own')
      return step.value
    } catch (error) {
      this.#sqlite.exec('ROLLBACK TO own; RELEASE own')
      throw error
    }
  }

  rowsOf(query: Query): object[] {
    if ('each' in query) {
      const statement = this.#prepare(query.each.sqlite)
      return query.rows.flatMap(values => statement.all(...(values as SQLInputValue[])))
    }
    const text = typeof query.text === 'string' ? query.text : query.text.sqlite
    return this.#prepare(text).all(...(query.values as SQLInputValue[]))
  }

  /** Idempotent. */
  close(): void {
    if (!this.#tables) return
    this.#tables.sqlite.exec('ROLLBACK')
    spare.push(this.#tables)
    this.#tables = null
  }

  #prepare(text: string): StatementSync {
    const sqlite = this.#sqlite
    const { statements } = this.#tables!
    const known = statements.get(text)
    if (known) return known
    const statement = sqlite.prepare(text.replace(/\$(\d+)/g, '?$1').replace(/ FOR UPDATE\b/, ''))
    statements.set(text, statement)
    return statement
  }
}

/** A process's connection to the database. */
export class Connection implements Database {
  readonly #database: SimulatedDatabase
  readonly #clock: Clock
  readonly #random: Random
  readonly #underWay = new Set<UnderWay>()
  /** Maximum latency of a message in milliseconds. */
  slowestMs = 4
  #isEnded = false

  constructor(database: SimulatedDatabase, clock: Clock, random: Random) {
    this.#database = database
    this.#clock = clock
    this.#random = random
  }

  write<T>(transaction: () => Steps<T>): Promise<T> {
    return this.#ask(() => this.#database.run(transaction))
  }

  async read<T>(statements: () => Steps<T>): Promise<T> {
    const steps = statements()
    let step = steps.next()
    while (!step.done) {
      const query = step.value
      const rows = await this.#ask(() => this.#database.rowsOf(query))
      step = steps.next(rows)
    }
    return step.value
  }

  /**
   * Breaks the connection: callers do not learn whether a transaction was committed. The next one
   * uses a new connection.
   */
  interrupt(): void {
    for (const each of [...this.#underWay]) {
      if (this.#random.below(2) === 0) each.commit()
      each.fail(new StoreError('unavailable', 'The connection to the database has ended'))
    }
  }

  /**
   * The process has ended: nothing is answered, and some of the transactions in progress are
   * committed.
   */
  end(): void {
    this.#isEnded = true
    for (const each of this.#underWay) if (this.#random.below(2) === 0) each.commit()
    this.#underWay.clear()
  }

  async *snapshot(): ReturnType<Database['snapshot']> {
    yield* []
  }

  async close(): Promise<void> {}

  /** Carries work to the database, and its outcome back. */
  #ask<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // The caller no longer exists.
      if (this.#isEnded) return
      const later = (run: () => void) => this.#clock.after(this.#random.below(this.slowestMs), run)
      if (this.#database.isDown) {
        later(() => reject(new StoreError('unavailable', 'The database does not answer')))
        return
      }
      let settle: (() => void) | undefined
      const underWay: UnderWay = {
        commit: () => {
          if (settle) return
          try {
            const result = work()
            settle = () => resolve(result)
          } catch (error) {
            settle = () => reject(error)
          }
        },
        fail: error => {
          this.#underWay.delete(underWay)
          reject(error)
        },
      }
      this.#underWay.add(underWay)
      later(() => {
        if (!this.#underWay.has(underWay)) return
        underWay.commit()
        later(() => {
          if (this.#underWay.delete(underWay)) settle!()
        })
      })
    })
  }
}
