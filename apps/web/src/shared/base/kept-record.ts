/** One record in a database of the browser: in IndexedDB, since only there keys of Web Crypto can be kept that nobody can read out. */
const ONLY = 'own'

export class KeptRecord<Kept> {
  readonly #database: string
  readonly #store: string

  /** Records of one database and store are one and the same. */
  constructor(database: string, store: string) {
    this.#database = database
    this.#store = store
  }

  /** Returns null if there is none, or this browser may not keep anything. */
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
