/**
 * The contract of a Shoal hub: its operations and schemas. The typed client is at
 * `@shoal/hub-api/client`.
 *
 * ```ts
 * import { connectHub } from '@shoal/hub-api/client'
 *
 * const hub = connectHub({ url: 'https://hub.example.org' })
 * const { name, registration } = await hub.getHub({})
 * ```
 *
 * @packageDocumentation
 */
export * from './choices.ts'
export * from './contract.ts'
export * from './contracts/accounts.ts'
export * from './contracts/hub.ts'
export * from './contracts/key-packages.ts'
export * from './contracts/listings.ts'
export * from './contracts/login.ts'
export * from './contracts/member-data.ts'
export * from './contracts/moderation.ts'
export * from './contracts/rooms.ts'
export * from './contracts/tracker.ts'
export * from './contracts/tracker-keys.ts'
export * from './contracts.ts'
export * from './operations.ts'
export * from './schemas/account.ts'
export * from './schemas/hub.ts'
export { KeyPackageCounts } from './schemas/key-packages.ts'
export * from './schemas/listing.ts'
export * from './schemas/moderation.ts'
export type { Author } from './schemas/text.ts'
export * from './schemas/tracker-keys.ts'
