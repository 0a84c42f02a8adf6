/** Closed groups and private conversations: MLS (RFC 9420). See decision 020. */

export { deviceCredential, type GroupDevice } from './credential.ts'

export type { OwnDevice } from './key-packages.ts'
