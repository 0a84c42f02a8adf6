import type { Database, Query } from '@shoal/daemon/database'
import {
  checkNoteName,
  checkResumeKey,
  checkResumeMetainfo,
  decodeResumeProgress,
  type ErrorCode,
  encodeResumeProgress,
  type ResumeEntry,
  type ResumeProgress,
  type ResumeStore,
  ShoalError,
} from '@shoal/torrent'

/** Torrents that are read before other work runs. */
const KEYS_AT_ONCE = 50

interface Found {
  readonly metainfo: Uint8Array | null
  readonly record: Uint8Array | null
}

/**
 * The engine's resume data in the catalogue's database. Saves go through `Database.write`, so that
 * concurrent saves of torrents and the node's own writes share a transaction.
 */
export class DatabaseResumeStore implements ResumeStore {
  readonly #database: Database
  readonly #keys: Query<{ readonly key: string }>
  readonly #one: Query<Found>
  readonly #saveProgress: Query<never>
  readonly #saveMetainfo: Query<never>
  readonly #deleteProgress: Query<never>
  readonly #deleteMetainfo: Query<never>
  readonly #loadNote: Query<{ readonly note: Uint8Array }>
  readonly #saveNote: Query<never>
  readonly #onRecord: () => void
  readonly #writing = new Set<Promise<unknown>>()
  #closed = false

  /**
   * `onRecord` writes related data in the same transaction. If it throws, only its own writes are
   * undone.
   */
  constructor(database: Database, onRecord: () => void = () => {}) {
    this.#database = database
    this.#onRecord = onRecord
    this.#keys = database.prepare(`
      SELECT key FROM resume_progress WHERE key > ?1 UNION SELECT key FROM resume_metainfo WHERE key > ?1
      ORDER BY key LIMIT ${KEYS_AT_ONCE}`)
    this.#one = database.prepare(`
      SELECT (SELECT metainfo FROM resume_metainfo WHERE key = ?1) AS metainfo,
        (SELECT record FROM resume_progress WHERE key = ?1) AS record`)
    this.#saveProgress = database.prepare('INSERT OR REPLACE INTO resume_progress VALUES (?, ?)')
    this.#saveMetainfo = database.prepare('INSERT OR REPLACE INTO resume_metainfo VALUES (?, ?)')
    this.#deleteProgress = database.prepare('DELETE FROM resume_progress WHERE key = ?')
    this.#deleteMetainfo = database.prepare('DELETE FROM resume_metainfo WHERE key = ?')
    this.#loadNote = database.prepare('SELECT note FROM resume_notes WHERE name = ?')
    this.#saveNote = database.prepare('INSERT OR REPLACE INTO resume_notes VALUES (?, ?)')
  }

  async *load(options: { signal?: AbortSignal } = {}): AsyncGenerator<ResumeEntry> {
    for (let after = ''; ; ) {
      options.signal?.throwIfAborted()
      const keys = translate(() => this.#keys.all(after))
      // One at a time, since a .torrent can have tens of megabytes.
      for (const { key } of keys) yield toEntry(key, translate(() => this.#one.get(key))!)
      if (keys.length < KEYS_AT_ONCE) return
      after = keys.at(-1)!.key
      await new Promise(setImmediate)
    }
  }

  async saveMetainfo(key: string, metainfo: Uint8Array): Promise<void> {
    checkResumeKey(key)
    const copy = metainfo.slice()
    await this.#write(() => this.#saveMetainfo.run(key, copy))
  }

  async save(key: string, progress: ResumeProgress): Promise<void> {
    checkResumeKey(key)
    const record = encodeResumeProgress(key, progress)
    await this.#write(() => {
      this.#saveProgress.run(key, record)
      this.#recordMore()
    })
  }

  async delete(key: string): Promise<void> {
    checkResumeKey(key)
    await this.#write(() => {
      this.#deleteProgress.run(key)
      this.#deleteMetainfo.run(key)
    })
  }

  async loadNote(name: string): Promise<Uint8Array | null> {
    checkNoteName(name)
    return translate(() => this.#loadNote.get(name))?.note ?? null
  }

  async saveNote(name: string, bytes: Uint8Array): Promise<void> {
    checkNoteName(name)
    const copy = bytes.slice()
    await this.#write(() => this.#saveNote.run(name, copy))
  }

  /** The database stays open: it is the catalogue's. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#writing)
  }

  /** Progress is worth more than the related data. */
  #recordMore(): void {
    try {
      this.#database.transaction(this.#onRecord)
    } catch {
      // The caller that writes the record reports the error and retries.
    }
  }

  async #write(work: () => unknown): Promise<void> {
    if (this.#closed) throw new ShoalError('closed', 'the resume store is closed: open the session again')
    const writing = this.#database.write(work)
    this.#writing.add(writing)
    try {
      await writing
    } catch (error) {
      throw asEngineError(error)
    } finally {
      this.#writing.delete(writing)
    }
  }
}

function toEntry(key: string, { metainfo, record }: Found): ResumeEntry {
  const problems: string[] = []
  const read = <T>(what: string, bytes: Uint8Array | null, parse: (bytes: Uint8Array) => T): T | null => {
    if (bytes === null) return null
    try {
      return parse(bytes)
    } catch (error) {
      problems.push(`${what} of ${key}: ${(error as Error).message}`)
      return null
    }
  }
  return {
    key,
    metainfo: read('metainfo', metainfo, bytes => checkResumeMetainfo(key, bytes)),
    progress: read('progress', record, bytes => decodeResumeProgress(key, bytes)),
    problems,
  }
}

const ENGINE_CODES: ReadonlySet<string> = new Set<ErrorCode>(['no-space', 'no-permission', 'closed'])

/** The contract's errors: `io` for those that the engine has no code for. */
function asEngineError(error: unknown): unknown {
  if (error instanceof ShoalError || !(error instanceof Error)) return error
  const code = (error as { code?: unknown }).code
  const known = typeof code === 'string' && ENGINE_CODES.has(code) ? (code as ErrorCode) : 'io'
  return new ShoalError(known, error.message, { cause: error })
}

function translate<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asEngineError(error)
  }
}
