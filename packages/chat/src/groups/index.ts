/** Closed groups and private conversations: MLS (RFC 9420). See decision 020. */

export { openSuite } from '#open-suite'
export { ChatError, type ChatErrorCode } from '../chat-error.ts'
export { deviceCredential, type GroupDevice, readCredential } from './credential.ts'
export {
  type Commit,
  Group,
  type GroupChange,
  type GroupOwner,
  type Opened,
} from './group.ts'
export type { GroupMember } from './group-members.ts'
export type { GroupJournal, SentMessage } from './group-records.ts'
export {
  type ForeignKeyPackage,
  type KeyPackageOptions,
  MAX_KEY_PACKAGE_BYTES,
  makeKeyPackage,
  type OwnDevice,
  type OwnKeyPackage,
  readKeyPackage,
} from './key-packages.ts'
export type { GroupPolicy } from './policy.ts'
export type { Suite } from './suite.ts'
