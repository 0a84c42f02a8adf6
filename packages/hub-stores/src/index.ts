/**
 * Durable stores of a hub, in SQLite (embedded, nothing to install) or PostgreSQL (for many
 * processes), with the same behavior. Each owner of tables describes them (`HubTables`) and has
 * separate stores.
 *
 * ```ts
 * import { openEmbedded, openGrown, ROOM_TABLES, RoomLogs } from '@shoal/hub-stores'
 *
 * await using data = await openEmbedded('/var/lib/shoal-hub/hub.db', [ROOM_TABLES])
 * // Or: await openGrown({ url: 'postgres://hub@localhost/hub' }, [ROOM_TABLES])
 * const rooms = new RoomLogs(data.database, Date.now)
 * const room = await rooms.create({ creator, salt, kind: 'group' })
 * const { sequence } = await rooms.append(room.id, clientId, bytes)
 * ```
 *
 * Changes are durable once their promise resolves. Errors are `StoreError`s.
 *
 * @packageDocumentation
 */
export type {
  Account,
  Role,
} from './accounts/account.ts'
export { Accounts } from './accounts/accounts.ts'
export { DeviceLists } from './accounts/device-lists.ts'
export { type Invitation, Invitations } from './accounts/invitations.ts'
export { type Session, Sessions } from './accounts/sessions.ts'
export { ACCOUNT_TABLES } from './accounts/tables.ts'
export { type AuditEntry, AuditLog } from './audit/audit-log.ts'
export { AUDIT_TABLES } from './audit/tables.ts'
export type { Counts } from './database/archive.ts'
export type { Database, Steps } from './database/database.ts'

export { type Presence, presentAtFile, presentAtServer } from './database/presence.ts'
export type { HubTables } from './database/tables.ts'
export { Properties } from './hub/properties.ts'
export { HUB_TABLES } from './hub/tables.ts'
export { HubData, openEmbedded, openGrown } from './hub-data.ts'
export {
  type KeyPackageCounts,
  KeyPackages,
} from './key-packages/key-packages.ts'
export { KEY_PACKAGE_TABLES } from './key-packages/tables.ts'
export { type Comment, Comments } from './listings/comments.ts'
export { FeedKeys } from './listings/feed-keys.ts'
export {
  type Listing,
  type ListingSearch,
  Listings,
  type Thumbnail,
} from './listings/listings.ts'
export { LISTING_TABLES } from './listings/tables.ts'
export { UsedChallenges } from './login/challenges.ts'
export { type Passkey, Passkeys } from './login/passkeys.ts'
export { LOGIN_TABLES } from './login/tables.ts'
export { MemberData } from './members/member-data.ts'
export { type Ban, Bans } from './moderation/bans.ts'
export { Posting } from './moderation/posting.ts'
export { Reports } from './moderation/reports.ts'
export { MODERATION_TABLES } from './moderation/tables.ts'

export { Inboxes } from './rooms/inboxes.ts'
export {
  type LogPart,
  MAX_ROOMS_AT_ONCE,
  type Room,
  type RoomAccess,
  RoomLogs,
} from './rooms/room-logs.ts'
export { ROOM_TABLES } from './rooms/tables.ts'
export { StoreError, type StoreErrorCode } from './store-error.ts'
export { TRACKER_KEY_TABLES } from './tracker-keys/tables.ts'
export { TrackerKeys } from './tracker-keys/tracker-keys.ts'
export { MAX_REPORTS, type Traffic, type TrafficReport } from './tracker-keys/tracker-traffic.ts'
