/**
 * The stores of a hub for all that must not be lost, in SQLite (embedded, nothing to install) or PostgreSQL (for many processes). Both do the same. Each owner of tables describes them (`HubTables`) and has stores
 * of its own.
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
 * Whatever resolves is durable. Errors are `StoreError`s.
 *
 * @packageDocumentation
 */
export {
  ACCOUNT_STATES,
  type Account,
  type AccountState,
  ROLES,
  type Role,
} from './accounts/account.ts'
export { Accounts, type NewAccount } from './accounts/accounts.ts'
export { DeviceLists, MAX_LISTS } from './accounts/device-lists.ts'
export { type Invitation, Invitations, MAX_INVITATIONS } from './accounts/invitations.ts'
export { MAX_SESSIONS, type Session, Sessions } from './accounts/sessions.ts'
export { ACCOUNT_TABLES } from './accounts/tables.ts'
export { type AuditEntry, AuditLog } from './audit/audit-log.ts'
export { AUDIT_TABLES } from './audit/tables.ts'
export type { Counts } from './database/archive.ts'
export type { Database } from './database/database.ts'
export type { PostgresOptions } from './database/postgres.ts'
export { type Presence, presentAtFile, presentAtServer } from './database/presence.ts'
export type { HubTables } from './database/tables.ts'
export { Properties } from './hub/properties.ts'
export { HUB_TABLES } from './hub/tables.ts'
export { HubData, openEmbedded, openGrown } from './hub-data.ts'
export {
  type KeyPackageCounts,
  KeyPackages,
  type KeyPackageTaking,
  type KeyPackageUpload,
  type LastResort,
  MAX_KEY_PACKAGE_BYTES,
  MAX_KEY_PACKAGES,
  type TakenKeyPackage,
} from './key-packages/key-packages.ts'
export { KEY_PACKAGE_TABLES } from './key-packages/tables.ts'
export { type Comment, Comments, MAX_COMMENTS } from './listings/comments.ts'
export { FeedKeys } from './listings/feed-keys.ts'
export {
  type Listing,
  type ListingSearch,
  Listings,
  type ListingText,
  MAX_THUMBNAIL_BYTES,
  MAX_THUMBNAILS,
  MAX_TORRENT_BYTES,
  type Thumbnail,
  type TorrentFile,
} from './listings/listings.ts'
export { LISTING_TABLES } from './listings/tables.ts'
export { UsedChallenges } from './login/challenges.ts'
export { MAX_PASSKEYS, type NewPasskey, type Passkey, Passkeys } from './login/passkeys.ts'
export { LOGIN_TABLES } from './login/tables.ts'
export { MemberData } from './members/member-data.ts'
export { type Ban, Bans } from './moderation/bans.ts'
export { Posting } from './moderation/posting.ts'
export { MAX_OPEN_REPORTS, type Report, Reports } from './moderation/reports.ts'
export { MODERATION_TABLES } from './moderation/tables.ts'
export { type Cursor, Cursors, MAX_DEVICE_ROOMS } from './rooms/cursors.ts'
export {
  type Delivery,
  type DeliveryOutcome,
  INBOX_LIMITS,
  type InboxEntry,
  Inboxes,
  type InboxLimits,
  MAX_DELIVERIES,
} from './rooms/inboxes.ts'
export {
  type Appended,
  type LogPart,
  MAX_READ_BYTES,
  MAX_READ_ENTRIES,
  MAX_ROOMS_AT_ONCE,
  OPEN_ACCESS,
  ROOM_LIMITS,
  type Room,
  type RoomAccess,
  type RoomChanges,
  type RoomLimits,
  RoomLogs,
} from './rooms/room-logs.ts'
export { ROOM_TABLES } from './rooms/tables.ts'
export { StoreError, type StoreErrorCode } from './store-error.ts'
export { TRACKER_KEY_TABLES } from './tracker-keys/tables.ts'
export { type AccountTraffic, type TorrentTraffic, TrackerKeys } from './tracker-keys/tracker-keys.ts'
export { MAX_REPORTS, type Traffic, type TrafficReport } from './tracker-keys/tracker-traffic.ts'
