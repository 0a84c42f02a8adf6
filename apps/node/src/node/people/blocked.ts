import type { BlockedPublisher } from '@shoal/api'
import type { Database, Query } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import { IdentityError, parseDidKey } from '@shoal/identity'

const MAX_BLOCKED = 10_000

/** Publishers whose entries the user has blocked. */
export class BlockedPublishers {
  readonly #put: Query<never>
  readonly #delete: Query<never>
  readonly #list: Query<BlockedPublisher>
  /** Their keys in hex. */
  readonly #keys: Set<string>
  readonly #listeners = new Set<() => void>()

  constructor(database: Database) {
    this.#put = database.prepare('INSERT OR REPLACE INTO people_blocked VALUES (?, ?, ?)')
    this.#delete = database.prepare('DELETE FROM people_blocked WHERE did = ?')
    this.#list = database.prepare(
      'SELECT did, note, blocked_ms AS blockedMs FROM people_blocked ORDER BY blocked_ms DESC, did',
    )
    this.#keys = new Set(this.list().map(({ did }) => keyOf(did)))
  }

  /** Most recently blocked first. */
  list(): BlockedPublisher[] {
    return this.#list.all()
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0
  }

  has(publisher: Uint8Array): boolean {
    return !this.isEmpty && this.#keys.has(Buffer.from(publisher).toString('hex'))
  }

  hasDid(did: string): boolean {
    return this.#keys.has(keyOf(did))
  }

  /** Throws `bad-argument` for a DID of another method, and `refused` if there are too many. */
  add(publisher: BlockedPublisher): BlockedPublisher {
    const { did, note, blockedMs } = publisher
    const key = keyOf(did)
    if (!this.#keys.has(key) && this.#keys.size >= MAX_BLOCKED)
      throw new Failure('refused', `${MAX_BLOCKED} publishers are blocked: unblock some first`, {
        field: 'did',
      })
    this.#put.run(did, note, Math.floor(blockedMs))
    this.#keys.add(key)
    this.#changed()
    return publisher
  }

  /** Throws `not-found` and `bad-argument`. */
  remove(did: string): void {
    if (!this.#keys.delete(keyOf(did)))
      throw new Failure('not-found', 'this publisher is not blocked', { field: 'did' })
    this.#delete.run(did)
    this.#changed()
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

function keyOf(did: string): string {
  try {
    return Buffer.from(parseDidKey(did)).toString('hex')
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error
    throw new Failure('bad-argument', error.message, { field: 'did' })
  }
}
