/**
 * The stores of all capabilities on one database, for tests and measurements. In a hub, each
 * capability creates its own.
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { Accounts } from '../accounts/accounts.ts'
import { DeviceLists } from '../accounts/device-lists.ts'
import { Invitations } from '../accounts/invitations.ts'
import { Sessions } from '../accounts/sessions.ts'
import { AuditLog } from '../audit/audit-log.ts'
import type { Database } from '../database/database.ts'
import type { PostgresOptions } from '../database/postgres.ts'
import { Properties } from '../hub/properties.ts'
import { HubData, openEmbedded, openGrown } from '../hub-data.ts'
import { KeyPackages } from '../key-packages/key-packages.ts'
import { Comments } from '../listings/comments.ts'
import { FeedKeys } from '../listings/feed-keys.ts'
import { Listings } from '../listings/listings.ts'
import { UsedChallenges } from '../login/challenges.ts'
import { Passkeys } from '../login/passkeys.ts'
import { MemberData } from '../members/member-data.ts'
import { Bans } from '../moderation/bans.ts'
import { Posting } from '../moderation/posting.ts'
import { Reports } from '../moderation/reports.ts'
import { Cursors } from '../rooms/cursors.ts'
import { Inboxes, type InboxLimits } from '../rooms/inboxes.ts'
import { type RoomLimits, RoomLogs } from '../rooms/room-logs.ts'
import { TrackerKeys } from '../tracker-keys/tracker-keys.ts'
import { ALL_TABLES } from './all-tables.ts'

export interface StoreOptions {
  readonly roomLimits?: Partial<RoomLimits>
  readonly inboxLimits?: Partial<InboxLimits>
  /** Milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: () => number
}

export class TestStores extends HubData {
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

  constructor(database: Database, options: StoreOptions = {}) {
    super(database, ALL_TABLES)
    const now = options.now ?? Date.now
    this.rooms = new RoomLogs(database, now, options.roomLimits)
    this.cursors = new Cursors(database, now)
    this.inboxes = new Inboxes(database, now, options.inboxLimits)
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
    this.memberData = new MemberData(database, ALL_TABLES, now)
    this.audit = new AuditLog(database, now)
    this.listings = new Listings(database, now)
    this.comments = new Comments(database, now)
    this.reports = new Reports(database, now)
    this.posting = new Posting(database, now)
    this.properties = new Properties(database)
  }
}

/** Opens all stores in a SQLite file. See `openEmbedded`. */
export async function openFileStores(path: string, options?: StoreOptions): Promise<TestStores> {
  return new TestStores((await openEmbedded(path, ALL_TABLES)).database, options)
}

/** Opens all stores in PostgreSQL. See `openGrown`. */
export async function openServerStores(server: PostgresOptions, options?: StoreOptions): Promise<TestStores> {
  return new TestStores((await openGrown(server, ALL_TABLES)).database, options)
}

/** Creates an empty database at the server of a PostgreSQL URL. Returns the URL of the new one. */
export async function createServerDatabase(server: string): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`
  const client = new pg.Client(server)
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${name}`)
  } finally {
    await client.end()
  }
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}
