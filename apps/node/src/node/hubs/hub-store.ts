import type { Database } from '@shoal/daemon/database'
import type { HubMember } from './service.ts'

export interface HubRow extends HubMember {
  /** The sequence number of the newest device list that the hub is known to have. */
  readonly sequence: number | null
  /** Why the last request failed. */
  readonly problem: string | null
  readonly problemMs: number | null
}

const COLUMNS =
  'url, name, did, hub_key AS key, joined_ms AS joinedMs, sequence, problem, problem_ms AS problemMs, account'

/** The hubs that persons have joined, in the database. */
export class HubStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** In the order in which they were joined. */
  list(person: string): HubRow[] {
    return this.#database
      .prepare<HubRow>(`SELECT ${COLUMNS} FROM hubs WHERE person = ? ORDER BY joined_ms, url`)
      .all(person)
  }

  find(person: string, url: string): HubRow | null {
    return this.#database
      .prepare<HubRow>(`SELECT ${COLUMNS} FROM hubs WHERE person = ? AND url = ?`)
      .get(person, url)
  }

  /** Adds a hub, or updates what is known about it. */
  put(
    person: string,
    { url, name, did, key, joinedMs, sequence, account }: Omit<HubRow, 'problem' | 'problemMs'>,
  ): void {
    this.#database
      .prepare(
        `INSERT INTO hubs VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?) ON CONFLICT DO UPDATE SET
        name = excluded.name, did = excluded.did, hub_key = excluded.hub_key, sequence = excluded.sequence, problem = NULL, problem_ms = NULL, account = excluded.account`,
      )
      .run(person, url, name, did, key, joinedMs, sequence, account)
  }

  setSequence(person: string, url: string, sequence: number): void {
    this.#database
      .prepare('UPDATE hubs SET sequence = ? WHERE person = ? AND url = ?')
      .run(sequence, person, url)
  }

  setAccount(person: string, url: string, account: string): void {
    this.#database
      .prepare('UPDATE hubs SET account = ? WHERE person = ? AND url = ?')
      .run(account, person, url)
  }

  setProblem(person: string, url: string, problem: string | null, atMs: number): void {
    this.#database
      .prepare('UPDATE hubs SET problem = ?, problem_ms = ? WHERE person = ? AND url = ?')
      .run(problem, problem === null ? null : atMs, person, url)
  }

  remove(person: string, url: string): void {
    this.#database.prepare('DELETE FROM hubs WHERE person = ? AND url = ?').run(person, url)
  }
}
