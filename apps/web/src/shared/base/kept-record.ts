/**
 * One record in IndexedDB, since only there the browser can store Web Crypto keys that scripts
 * cannot extract.
 */
const ONLY = 'own'

export class KeptRecord<Kept> {
  readonly #database: string
  readonly #store: string

  /** Instances with the same database and store share one record. */
  constructor(database: string, store: string) {
    this.#database = database
    this.#store = store
  }

  /** Resolves to null if there is none, or if this browser does not allow storage. */
  async load(): Promise<Kept | null> {
    try {
      return ((await this.#inStore('readonly', store => store.get(ONLY))) as Kept | undefined) ?? null
    } catch {
      return null
    }
  }

  /** Rejects if the browser does not allow it. */
  async save(record: Kept): Promise<void> {
    await this.#inStore('readwrite', store => store.put(record, ONLY))
  }

  async forget(): Promise<void> {
    await this.#inStore('readwrite', store => store.delete(ONLY))
  }

  async #inStore(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    const opening = indexedDB.open(this.#database, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(this.#store)
    const database = await answerOf(opening)
    try {
      const transaction = database.transaction(this.#store, mode)
      const request = act(transaction.objectStore(this.#store))
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve()
        transaction.onerror = () => reject(transaction.error)
        transaction.onabort = () => reject(transaction.error)
      })
      return request.result
    } finally {
      database.close()
    }
  }
}

function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
