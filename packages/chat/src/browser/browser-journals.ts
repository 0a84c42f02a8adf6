/**
 * The chat's journals in a browser: IndexedDB, which can store Web Crypto keys that no script can
 * extract. Names and records are encrypted. Only one page or worker of the browser can have them
 * open, enforced by a browser lock that is released with it.
 */
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { ChatError } from '../chat-error.ts'
import type { Journal, Journals } from '../device/ports.ts'

const [KEYS, JOURNALS, RECORDS] = ['keys', 'journals', 'records'] as const
const MAX_RECORD_BYTES = 16 << 20
const NAME = /^[a-z0-9-]{1,100}$/
const [SALT_BYTES, NONCE_BYTES, NAME_BYTES] = [32, 12, 16]
/** Records read at once. */
const READ_AT_ONCE = 32

interface Head {
  /** Restarts with each `replace`, so that a key encrypts one generation of records. */
  readonly salt: Uint8Array<ArrayBuffer>
  /** Number of the last record, from 1. */
  readonly last: number
}

/** Records to add; they replace all earlier ones if `isWhole`. */
interface Change {
  readonly records: readonly Uint8Array[]
  readonly isWhole: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class BrowserJournals implements Journals {
  readonly #database: IDBDatabase
  readonly #key: CryptoKey
  readonly #unlock: Unlock
  readonly #open = new Map<string, Journal>()

  private constructor(database: IDBDatabase, key: CryptoKey, unlock: Unlock) {
    this.#database = database
    this.#key = key
    this.#unlock = unlock
  }

  /**
   * Opens the journals of the device with this name. Rejects with `in-use` while another page has
   * them, and with the browser's error if it cannot store anything.
   */
  static async open(device: string): Promise<BrowserJournals> {
    const name = `shoal-chat-${device}`
    const unlock = await lock(name)
    try {
      const database = await openDatabase(name)
      return new BrowserJournals(database, await keyOf(database), unlock)
    } catch (error) {
      await unlock()
      throw error
    }
  }

  /** See `Journals`. Returns the open one, if any. Rejects with `bad-argument`. */
  async open(name: string): Promise<Journal> {
    const hidden = await this.#hide(name)
    const journal = this.#open.get(name) ?? new BrowserJournal(this.#database, this.#key, hidden)
    this.#open.set(name, journal)
    return journal
  }

  /** See `Journals`. An open instance must not be used afterwards. */
  async remove(name: string): Promise<void> {
    const hidden = await this.#hide(name)
    this.#open.delete(name)
    await write(this.#database, (journals, records) => {
      journals.delete(hidden)
      records.delete(allOf(hidden))
    })
  }

  /** Idempotent. Another page can open them afterwards. */
  async close(): Promise<void> {
    this.#database.close()
    await this.#unlock()
  }

  /** Names would reveal the conversations: the database has a keyed hash of them. */
  async #hide(name: string): Promise<string> {
    if (!NAME.test(name))
      throw new ChatError('bad-argument', 'The name of a journal has 1 to 100 of a to z, 0 to 9 and -')
    const info = utf8ToBytes(`name ${name}`)
    return bytesToHex(
      new Uint8Array(await crypto.subtle.deriveBits(hkdf(new Uint8Array(), info), this.#key, 8 * NAME_BYTES)),
    )
  }
}

class BrowserJournal implements Journal {
  readonly #database: IDBDatabase
  readonly #key: CryptoKey
  readonly #name: string
  #changes: Change[] = []
  #running: Promise<void> | null = null

  constructor(database: IDBDatabase, key: CryptoKey, name: string) {
    this.#database = database
    this.#key = key
    this.#name = name
  }

  append(record: Uint8Array): Promise<void> {
    return this.#change([record], false)
  }

  replace(records: readonly Uint8Array[]): Promise<void> {
    return this.#change(records, true)
  }

  async *read(): AsyncIterable<Uint8Array> {
    await this.#running
    const head = await this.#head()
    if (!head) return
    const key = await this.#keyOf(head.salt)
    for (let number = 1; number <= head.last; ) {
      const range = IDBKeyRange.bound([this.#name, number], [this.#name, head.last])
      const store = this.#database.transaction(RECORDS).objectStore(RECORDS)
      const [keys, sealed] = await Promise.all([
        answerOf(store.getAllKeys(range, READ_AT_ONCE)),
        answerOf(store.getAll(range, READ_AT_ONCE)),
      ])
      if (keys.length === 0) throw damaged(number)
      for (const [at, bytes] of sealed.entries()) {
        if ((keys[at] as [string, number])[1] !== number) throw damaged(number)
        yield await decrypt(key, number, bytes as Uint8Array<ArrayBuffer>)
        number++
      }
    }
  }

  async #change(records: readonly Uint8Array[], isWhole: boolean): Promise<void> {
    for (const { length } of records)
      if (length === 0 || length > MAX_RECORD_BYTES)
        throw new ChatError('bad-argument', `A record has 1 to ${MAX_RECORD_BYTES} bytes`)
    return new Promise((resolve, reject) => {
      this.#changes.push({ records, isWhole, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Changes requested while the disk is busy share the next transaction. */
  async #run(): Promise<void> {
    while (this.#changes.length > 0) {
      const changes = this.#changes
      this.#changes = []
      try {
        await this.#commit(changes)
        for (const { resolve } of changes) resolve()
      } catch (error) {
        for (const { reject } of changes) reject(error)
      }
    }
    this.#running = null
  }

  async #commit(changes: readonly Change[]): Promise<void> {
    const whole = changes.findLastIndex(({ isWhole }) => isWhole)
    const before = whole < 0 ? await this.#head() : null
    const salt = before?.salt ?? random(SALT_BYTES)
    const key = await this.#keyOf(salt)
    const first = (before?.last ?? 0) + 1
    const records = changes.slice(Math.max(0, whole)).flatMap(change => change.records)
    const sealed = await Promise.all(records.map((record, at) => encrypt(key, first + at, record)))
    await write(this.#database, (journals, stored) => {
      if (whole >= 0) stored.delete(allOf(this.#name))
      sealed.forEach((bytes, at) => {
        stored.add(bytes, [this.#name, first + at])
      })
      journals.put({ salt, last: first + sealed.length - 1 } satisfies Head, this.#name)
    })
  }

  async #head(): Promise<Head | undefined> {
    const store = this.#database.transaction(JOURNALS).objectStore(JOURNALS)
    return (await answerOf(store.get(this.#name))) as Head | undefined
  }

  /** A record can only be decrypted at its position in its journal. */
  #keyOf(salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
    const params = hkdf(salt, utf8ToBytes(`shoal/chat-journal/1 ${this.#name}`))
    return crypto.subtle.deriveKey(params, this.#key, { name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ])
  }
}

/** Releases a lock, and resolves when another page can acquire it. */
type Unlock = () => Promise<void>

/** Rejects with `in-use`. */
function lock(name: string): Promise<Unlock> {
  return new Promise((resolve, reject) => {
    const over: Promise<void> = navigator.locks.request(name, { ifAvailable: true }, async held => {
      if (!held)
        throw new ChatError('in-use', 'The chat is open in another window: use that one, or close it')
      await new Promise<void>(release => {
        resolve(() => {
          release()
          return over
        })
      })
    })
    over.catch(reject)
  })
}

async function openDatabase(name: string): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, 1)
  opening.onupgradeneeded = () => {
    for (const store of [KEYS, JOURNALS, RECORDS]) opening.result.createObjectStore(store)
  }
  return answerOf(opening)
}

/** Returns the key of this browser, creating it on first use. */
async function keyOf(database: IDBDatabase): Promise<CryptoKey> {
  const kept = await answerOf(database.transaction(KEYS).objectStore(KEYS).get('journals'))
  if (kept) return kept as CryptoKey
  const seed = random(32)
  const key = await crypto.subtle.importKey('raw', seed, 'HKDF', false, ['deriveKey', 'deriveBits'])
  seed.fill(0)
  const transaction = database.transaction(KEYS, 'readwrite', { durability: 'strict' })
  transaction.objectStore(KEYS).add(key, 'journals')
  await committed(transaction)
  return key
}

async function write(
  database: IDBDatabase,
  work: (journals: IDBObjectStore, records: IDBObjectStore) => void,
): Promise<void> {
  const transaction = database.transaction([JOURNALS, RECORDS], 'readwrite', { durability: 'strict' })
  work(transaction.objectStore(JOURNALS), transaction.objectStore(RECORDS))
  await committed(transaction)
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function encrypt(key: CryptoKey, number: number, record: Uint8Array): Promise<Uint8Array> {
  const nonce = random(NONCE_BYTES)
  const sealed = await crypto.subtle.encrypt(gcm(nonce, number), key, new Uint8Array(record))
  const bytes = new Uint8Array(NONCE_BYTES + sealed.byteLength)
  bytes.set(nonce)
  bytes.set(new Uint8Array(sealed), NONCE_BYTES)
  return bytes
}

async function decrypt(key: CryptoKey, number: number, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const params = gcm(bytes.subarray(0, NONCE_BYTES), number)
  try {
    return new Uint8Array(await crypto.subtle.decrypt(params, key, bytes.subarray(NONCE_BYTES)))
  } catch (cause) {
    throw damaged(number, cause)
  }
}

function gcm(iv: Uint8Array<ArrayBuffer>, number: number): AesGcmParams {
  const additionalData = new Uint8Array(8)
  new DataView(additionalData.buffer).setBigUint64(0, BigInt(number))
  return { name: 'AES-GCM', iv, additionalData }
}

function hkdf(salt: Uint8Array<ArrayBuffer>, info: Uint8Array): HkdfParams {
  return { name: 'HKDF', hash: 'SHA-256', salt, info: new Uint8Array(info) }
}

/** The range of all records of a journal. */
function allOf(name: string): IDBKeyRange {
  return IDBKeyRange.bound([name, 0], [name, Number.MAX_SAFE_INTEGER])
}

function random(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

function damaged(number: number, cause?: unknown): ChatError {
  return new ChatError(
    'damaged',
    `Record ${number} of a journal of the chat is damaged: join the conversation again from another device.`,
    { cause },
  )
}
