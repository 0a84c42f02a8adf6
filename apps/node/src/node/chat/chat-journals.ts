/**
 * The chat's journals on disk, in a separate database (`chat.db`) that backups exclude: restoring
 * old ratchets would reuse keys. Names and records are encrypted with a key stored in the
 * database, itself encrypted with the node's `secrets.key`. Only one process can open the
 * database; others get `in-use`.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { join } from 'node:path'
import type { Journal, Journals } from '@shoal/chat/device'
import { Database, type DatabaseKind, type Migration } from '@shoal/daemon/database'
import { Failure } from '@shoal/daemon/failure'
import type { Vault } from '@shoal/daemon/vault'
import { equalBytes } from '@shoal/torrent/base'

/** File name in the data folder. */
export const CHAT_DATABASE = 'chat.db'

/** Largest record, in bytes. */
const MAX_RECORD_BYTES = 16 << 20
const NAME = /^[a-z0-9-]{1,100}$/
const LABEL = Buffer.from('shoal/chat-journal/1 ')
const ALGORITHM = 'aes-256-gcm'
const [KEY_BYTES, NONCE_BYTES, TAG_BYTES] = [32, 12, 16]
/** Maximum number of records per read, and their approximate size in bytes. */
const [ROWS_AT_ONCE, BYTES_AT_ONCE] = [256, 1 << 20]

const CHAT: DatabaseKind = {
  // `ShCh`
  applicationId: 0x53684368,
  traces: [],
  inUse: 'another node is using it: stop that node, or give this one its own data folder (--data-dir)',
  withoutBackup:
    'move it to a safe place and start without it: this node is then a new device in chats, and others add it again',
}

/**
 * `salt` changes with each `replace`, so a key encrypts only one generation of records. `last`:
 * the number of the last record, from 1.
 */
const TABLES: readonly Migration[] = [
  `
CREATE TABLE chat_key (id INTEGER PRIMARY KEY CHECK (id = 1), secret TEXT NOT NULL) STRICT;
CREATE TABLE chat_journals (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, salt BLOB NOT NULL, last INTEGER NOT NULL) STRICT;
CREATE TABLE chat_records (
  journal INTEGER NOT NULL REFERENCES chat_journals (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (journal, number)
) STRICT, WITHOUT ROWID;
`,
]

interface JournalRow {
  readonly id: number
  readonly salt: Uint8Array
  readonly last: number
}

export class ChatJournals implements Journals {
  readonly #database: Database
  readonly #key: Buffer
  readonly #queries: Queries
  readonly #open = new Map<string, Journal>()

  private constructor(database: Database, key: Buffer) {
    this.#database = database
    this.#key = key
    this.#queries = prepare(database)
  }

  /**
   * Opens the database in the data folder. Rejects with `in-use`, `damaged`, `newer-version`,
   * `no-permission`, `no-space`, `io`, and with `not-found` if the key file that it was created
   * with is missing.
   */
  static async open(dataDir: string, vault: Vault): Promise<ChatJournals> {
    const database = await Database.open(
      join(dataDir, CHAT_DATABASE),
      [{ name: 'chat', migrations: TABLES }],
      CHAT,
    )
    try {
      // Overwrite deleted data, so that the keys of deleted messages leave the file.
      database.prepare<object>('PRAGMA secure_delete = ON').all()
      return new ChatJournals(database, await keyOf(database, vault))
    } catch (error) {
      await database.close()
      throw error
    }
  }

  /** See `Journals`. Returns the open journal if there is one. Rejects with `bad-argument`. */
  async open(name: string): Promise<Journal> {
    const hidden = this.#hide(name)
    const journal = this.#open.get(name) ?? new DiskJournal(this.#database, this.#queries, this.#key, hidden)
    this.#open.set(name, journal)
    return journal
  }

  /** See `Journals`. An open journal of this name must not be used afterwards. */
  async remove(name: string): Promise<void> {
    const hidden = this.#hide(name)
    this.#open.delete(name)
    await this.#database.write(() => {
      this.#queries.remove.run(hidden)
    })
  }

  /** Finishes pending writes and closes the database. Idempotent. */
  close(): Promise<void> {
    return this.#database.close()
  }

  /** Names reveal which conversations exist, so the file only contains a keyed hash of them. */
  #hide(name: string): Buffer {
    if (!NAME.test(name))
      throw new Failure('bad-argument', 'the name of a journal has 1 to 100 of a to z, 0 to 9 and -')
    return createHmac('sha256', this.#key).update(`name ${name}`).digest().subarray(0, 16)
  }
}

/** Returns the key of this database, creating it if there is none. */
async function keyOf(database: Database, vault: Vault): Promise<Buffer> {
  const kept = database.prepare<{ secret: string }>('SELECT secret FROM chat_key').get()
  if (kept) return Buffer.from((await openKey(vault, kept.secret)) as string, 'base64')
  const key = randomBytes(KEY_BYTES)
  const secret = await vault.seal(key.toString('base64'))
  await database.write(() => {
    database.prepare('INSERT INTO chat_key VALUES (1, ?)').run(secret)
  })
  return key
}

async function openKey(vault: Vault, secret: string): Promise<unknown> {
  try {
    return await vault.open(secret)
  } catch (cause) {
    throw new Failure(
      'not-found',
      'the key file of the journals of the chat is missing or another one: restore secrets.key, or delete chat.db and be a new device in chats',
      { cause },
    )
  }
}

class DiskJournal implements Journal {
  readonly #database: Database
  readonly #key: Buffer
  readonly #name: Buffer
  readonly #queries: Queries
  /** The key of the records, and the salt it was derived with. */
  #derived: { readonly salt: Uint8Array; readonly key: KeyObject } | null = null

  constructor(database: Database, queries: Queries, key: Buffer, name: Buffer) {
    this.#database = database
    this.#queries = queries
    this.#key = key
    this.#name = name
  }

  async append(record: Uint8Array): Promise<void> {
    checkRecord(record)
    await this.#database.write(() => {
      const { id, salt, last } = this.#queries.find.get(this.#name) ?? this.#begin()
      const number = last + 1
      this.#queries.insert.run(id, number, this.#encrypt(salt, number, record))
      this.#queries.advance.run(number, id)
    })
  }

  async replace(records: readonly Uint8Array[]): Promise<void> {
    for (const record of records) checkRecord(record)
    await this.#database.write(() => {
      this.#queries.remove.run(this.#name)
      const { id, salt } = this.#begin()
      records.forEach((record, at) => {
        this.#queries.insert.run(id, at + 1, this.#encrypt(salt, at + 1, record))
      })
      this.#queries.advance.run(records.length, id)
    })
  }

  async *read(): AsyncIterable<Uint8Array> {
    // Include changes that are still queued.
    await this.#database.flush()
    const row = this.#queries.find.get(this.#name)
    if (!row) return
    for (let number = 1; number <= row.last; ) {
      const rows = this.#queries.read.all(row.id, number)
      if (rows.length === 0) throw damaged(number)
      for (const { number: found, bytes } of rows) {
        if (found !== number) throw damaged(number)
        yield this.#decrypt(row.salt, number, bytes)
        number++
      }
    }
  }

  #begin(): JournalRow {
    const salt = randomBytes(KEY_BYTES)
    return { id: this.#queries.begin.run(this.#name, salt).id, salt, last: 0 }
  }

  #encrypt(salt: Uint8Array, number: number, record: Uint8Array): Buffer {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.#keyOf(salt), nonce).setAAD(placeOf(number))
    return Buffer.concat([nonce, cipher.update(record), cipher.final(), cipher.getAuthTag()])
  }

  #decrypt(salt: Uint8Array, number: number, bytes: Uint8Array): Uint8Array {
    try {
      const end = bytes.length - TAG_BYTES
      const decipher = createDecipheriv(ALGORITHM, this.#keyOf(salt), bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(placeOf(number)).setAuthTag(bytes.subarray(end))
      return new Uint8Array(
        Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]),
      )
    } catch (cause) {
      throw damaged(number, cause)
    }
  }

  /** Binds a record to its position in its journal. */
  #keyOf(salt: Uint8Array): KeyObject {
    if (this.#derived && equalBytes(this.#derived.salt, salt)) return this.#derived.key
    const info = Buffer.concat([LABEL, this.#name])
    const key = createSecretKey(Buffer.from(hkdfSync('sha256', this.#key, salt, info, KEY_BYTES)))
    this.#derived = { salt, key }
    return key
  }
}

type Queries = ReturnType<typeof prepare>

function prepare(database: Database) {
  return {
    find: database.prepare<JournalRow>('SELECT id, salt, last FROM chat_journals WHERE name = ?'),
    begin: database.prepare('INSERT INTO chat_journals (name, salt, last) VALUES (?, ?, 0)'),
    advance: database.prepare('UPDATE chat_journals SET last = ? WHERE id = ?'),
    remove: database.prepare('DELETE FROM chat_journals WHERE name = ?'),
    insert: database.prepare('INSERT INTO chat_records (journal, number, bytes) VALUES (?, ?, ?)'),
    read: database.prepare<{ number: number; bytes: Uint8Array }>(
      `SELECT number, bytes FROM (
        SELECT number, bytes, sum(length(bytes)) OVER (ORDER BY number) - length(bytes) AS earlier
        FROM (SELECT number, bytes FROM chat_records WHERE journal = ? AND number >= ? ORDER BY number LIMIT ${ROWS_AT_ONCE})
      ) WHERE earlier < ${BYTES_AT_ONCE} ORDER BY number`,
    ),
  }
}

function placeOf(number: number): Buffer {
  const place = Buffer.alloc(8)
  place.writeBigUInt64BE(BigInt(number))
  return place
}

function checkRecord(record: Uint8Array): void {
  if (record.length === 0 || record.length > MAX_RECORD_BYTES)
    throw new Failure('bad-argument', `a record has 1 to ${MAX_RECORD_BYTES} bytes`)
}

function damaged(number: number, cause?: unknown): Failure {
  return new Failure(
    'damaged',
    `record ${number} of a journal of the chat is damaged: join the conversation again from another device`,
    { cause },
  )
}
