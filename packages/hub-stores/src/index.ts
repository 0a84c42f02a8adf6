/**
 * The stores of a hub for all that must not be lost, in SQLite (embedded, nothing to install) or PostgreSQL (for many processes). Both do the same.
 *
 * ```ts
 * import { openEmbedded, openGrown } from '@shoal/hub-stores'
 *
 * await using stores = await openEmbedded('/var/lib/shoal-hub/hub.db')
 * // Or: await openGrown({ url: 'postgres://hub@localhost/hub' })
 * const room = await stores.rooms.create({ creator, salt, kind: 'group' })
 * const { sequence } = await stores.rooms.append(room.id, clientId, bytes)
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
export { type AuditEntry, AuditLog } from './accounts/audit-log.ts'
export { type Ban, Bans } from './accounts/bans.ts'
export { UsedChallenges } from './accounts/challenges.ts'
export { DeviceLists, MAX_LISTS } from './accounts/device-lists.ts'
export { FeedKeys } from './accounts/feed-keys.ts'
export { type Invitation, Invitations, MAX_INVITATIONS } from './accounts/invitations.ts'
export {
  type KeyPackageCounts,
  KeyPackages,
  type KeyPackageTaking,
  type KeyPackageUpload,
  type LastResort,
  MAX_KEY_PACKAGE_BYTES,
  MAX_KEY_PACKAGES,
  type TakenKeyPackage,
} from './accounts/key-packages.ts'
export { MemberData } from './accounts/member-data.ts'
export { MAX_PASSKEYS, type NewPasskey, type Passkey, Passkeys } from './accounts/passkeys.ts'
export { MAX_SESSIONS, type Session, Sessions } from './accounts/sessions.ts'
export { type AccountTraffic, type TorrentTraffic, TrackerKeys } from './accounts/tracker-keys.ts'
export { MAX_REPORTS, type Traffic, type TrafficReport } from './accounts/tracker-traffic.ts'
export type { Counts } from './database/archive.ts'
export type { PostgresOptions } from './database/postgres.ts'
export { type Presence, presentAtFile, presentAtServer } from './database/presence.ts'
export { type Comment, Comments, MAX_COMMENTS } from './listings/comments.ts'
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
export { Posting } from './listings/posting.ts'
export { MAX_OPEN_REPORTS, type Report, Reports } from './listings/reports.ts'
export { Properties } from './properties.ts'
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
export { StoreError, type StoreErrorCode } from './store-error.ts'
export { HubStores, openEmbedded, openGrown, type StoreOptions } from './stores.ts'
