import type { Database } from './database/database.ts'
import { PostgresDatabase, type PostgresOptions } from './database/postgres.ts'
import { SqliteDatabase } from './database/sqlite.ts'
import { Cursors } from './rooms/cursors.ts'
import { checkInboxLimits, INBOX_LIMITS, Inboxes, type InboxLimits } from './rooms/inboxes.ts'
import { checkRoomLimits, ROOM_LIMITS, type RoomLimits, RoomLogs } from './rooms/room-logs.ts'

export interface StoreOptions {
  readonly roomLimits?: Partial<RoomLimits>
  readonly inboxLimits?: Partial<InboxLimits>
  /** Milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** The stores of a hub, on one database. */
export class HubStores implements AsyncDisposable {
  readonly rooms: RoomLogs
  readonly cursors: Cursors
  readonly inboxes: Inboxes
  readonly #database: Database

  constructor(database: Database, options: StoreOptions = {}) {
    const now = options.now ?? Date.now
    this.#database = database
    this.rooms = new RoomLogs(database, checkRoomLimits({ ...ROOM_LIMITS, ...options.roomLimits }), now)
    this.cursors = new Cursors(database, now)
    this.inboxes = new Inboxes(database, checkInboxLimits({ ...INBOX_LIMITS, ...options.inboxLimits }), now)
  }

  /** Finishes what is under way, and closes the database. Idempotent. */
  close(): Promise<void> {
    return this.#database.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Opens the stores in a file of SQLite, which is created if it is missing, and whose folder must exist. Several processes of one machine may open it. Rejects with `newer-version`,
 * `damaged`, `no-space`, `io`, `busy`, `bad-argument`.
 */
export async function openEmbedded(path: string, options: StoreOptions = {}): Promise<HubStores> {
  return new HubStores(await SqliteDatabase.open(path), options)
}

/** Opens the stores in PostgreSQL, version 15 or newer. Rejects with `unavailable`, `newer-version`, `bad-argument`. */
export async function openGrown(database: PostgresOptions, options: StoreOptions = {}): Promise<HubStores> {
  return new HubStores(await PostgresDatabase.open(database), options)
}
