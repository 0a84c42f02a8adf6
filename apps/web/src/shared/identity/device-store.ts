/** Where this browser keeps what makes it a device: IndexedDB, since only there keys of Web Crypto can be kept that nobody can read out. */

/** This browser as a device of a person (decision 014). */
export interface BrowserDevice {
  /** The person's DID. */
  readonly did: string
  /** The description of the device, as lists of devices hash it. */
  readonly description: Uint8Array
  /** The public half of the login key. Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  /** The secret half: one that the browser never shows, or the seed where Web Crypto is missing, as on pages over plain HTTP. */
  readonly secret: CryptoKey | Uint8Array
  /** All device lists of the person, oldest first, as this browser knows them. */
  readonly lists: readonly Uint8Array[]
}

const STORE = 'device'
/** One device per browser and database. */
const ONLY = 'own'

/** A browser keeps at most one device in a database. */
export class DeviceStore<Kept extends BrowserDevice = BrowserDevice> {
  readonly #database: string

  constructor(database: string) {
    this.#database = database
  }

  /** Returns null if this browser is not a device yet, or may not keep anything. */
  async load(): Promise<Kept | null> {
    try {
      return ((await this.#inStore('readonly', store => store.get(ONLY))) as Kept | undefined) ?? null
    } catch {
      return null
    }
  }

  /** Rejects if the browser does not allow it. */
  async save(device: Kept): Promise<void> {
    await this.#inStore('readwrite', store => store.put(device, ONLY))
  }

  async forget(): Promise<void> {
    await this.#inStore('readwrite', store => store.delete(ONLY))
  }

  async #inStore(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    const opening = indexedDB.open(this.#database, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
    const database = await answerOf(opening)
    try {
      const transaction = database.transaction(STORE, mode)
      const request = act(transaction.objectStore(STORE))
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
