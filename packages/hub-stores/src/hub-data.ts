import { Accounts } from './accounts/accounts.ts'
import { AuditLog } from './accounts/audit-log.ts'
import { Bans } from './accounts/bans.ts'
import { UsedChallenges } from './accounts/challenges.ts'
import { DeviceLists } from './accounts/device-lists.ts'
import { FeedKeys } from './accounts/feed-keys.ts'
import { Invitations } from './accounts/invitations.ts'
import { KeyPackages } from './accounts/key-packages.ts'
import { MemberData } from './accounts/member-data.ts'
import { Passkeys } from './accounts/passkeys.ts'
import { Sessions } from './accounts/sessions.ts'
import { TrackerKeys } from './accounts/tracker-keys.ts'
import {
  type Counts,
  checkFinished,
  countRows,
  discard,
  readArchive,
  writeArchive,
} from './database/archive.ts'
import { tablesOf } from './database/columns.ts'
import { all, type Database } from './database/database.ts'
import { PostgresDatabase, type PostgresOptions } from './database/postgres.ts'
import { MIGRATIONS } from './database/schema.ts'
import { SqliteDatabase } from './database/sqlite.ts'
import { Comments } from './listings/comments.ts'
import { indexAll, Listings } from './listings/listings.ts'
import { Posting } from './listings/posting.ts'
import { Reports } from './listings/reports.ts'
import { Properties } from './properties.ts'
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
  readonly accounts: Accounts
  readonly deviceLists: DeviceLists
  readonly sessions: Sessions
  readonly challenges: UsedChallenges
  readonly passkeys: Passkeys
  readonly invitations: Invitations
  readonly trackerKeys: TrackerKeys
  readonly feedKeys: FeedKeys
  readonly keyPackages: KeyPackages
  readonly bans: Bans
  readonly memberData: MemberData
  readonly audit: AuditLog
  readonly listings: Listings
  readonly comments: Comments
  readonly reports: Reports
  readonly posting: Posting
  readonly properties: Properties
  readonly #database: Database

  constructor(database: Database, options: StoreOptions = {}) {
    const now = options.now ?? Date.now
    this.#database = database
    this.rooms = new RoomLogs(database, checkRoomLimits({ ...ROOM_LIMITS, ...options.roomLimits }), now)
    this.cursors = new Cursors(database, now)
    this.inboxes = new Inboxes(database, checkInboxLimits({ ...INBOX_LIMITS, ...options.inboxLimits }), now)
    this.accounts = new Accounts(database, now)
    this.deviceLists = new DeviceLists(database, now)
    this.sessions = new Sessions(database, now)
    this.challenges = new UsedChallenges(database, now)
    this.passkeys = new Passkeys(database, now)
    this.invitations = new Invitations(database, now)
    this.trackerKeys = new TrackerKeys(database, now)
    this.feedKeys = new FeedKeys(database, now)
    this.keyPackages = new KeyPackages(database, now)
    this.bans = new Bans(database, now)
    this.memberData = new MemberData(database, now)
    this.audit = new AuditLog(database, now)
    this.listings = new Listings(database, now)
    this.comments = new Comments(database, now)
    this.reports = new Reports(database, now)
    this.posting = new Posting(database, now)
    this.properties = new Properties(database)
  }

  /**
   * Writes everything as it is at one moment, as lines of JSON. To move a hub, stop it, and then: `await grown.importArchive(embedded.exportArchive())`, or the other way around. Returns the number of rows
   * of each table.
   */
  exportArchive(): AsyncGenerator<Uint8Array, Counts> {
    return writeArchive(this.#database, tablesOf(MIGRATIONS), MIGRATIONS.length)
  }

  /**
   * Reads what `exportArchive` wrote into empty stores. Returns the number of rows of each table, which the archive names, too, with a hash of them. Rejects with `exists` if the stores are not empty, and
   * with `bad-archive`: nothing opens this database then, so delete it and begin again.
   */
  importArchive(archive: AsyncIterable<Uint8Array>): Promise<Counts> {
    return readArchive(this.#database, tablesOf(MIGRATIONS), MIGRATIONS.length, archive, () =>
      indexAll(this.#database),
    )
  }

  /** Returns the number of rows of each table. */
  counts(): Promise<Counts> {
    return countRows(this.#database, tablesOf(MIGRATIONS))
  }

  /** Empties stores whose import failed, so that they can be used. */
  discardImport(): Promise<void> {
    return this.#database.write(() => discard(tablesOf(MIGRATIONS)))
  }

  /** Resolves if the database answers. Rejects with `unavailable`, `closed`. */
  async check(): Promise<void> {
    await this.#database.read(() => all('SELECT 1 AS one'))
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
  return openOn(await SqliteDatabase.open(path), options)
}

/** Opens the stores in PostgreSQL, version 15 or newer. Rejects with `unavailable`, `newer-version`, `bad-argument`. */
export async function openGrown(database: PostgresOptions, options: StoreOptions = {}): Promise<HubStores> {
  return openOn(await PostgresDatabase.open(database), options)
}

async function openOn(database: Database, options: StoreOptions): Promise<HubStores> {
  try {
    await database.read(checkFinished)
    return new HubStores(database, options)
  } catch (error) {
    await database.close()
    throw error
  }
}
