import type { DatabaseKind, Earlier } from '@shoal/daemon/database'
import type { Failure } from '@shoal/daemon/failure'
import { StoreError, type StoreErrorCode } from '../store-error.ts'

/**
 * The migrations that each of the first seven versions of a hub's tables added. They had a single
 * number for all owners.
 */
export const EARLIER: Earlier = [
  [
    ['hub', 1],
    ['accounts', 1],
    ['audit', 1],
    ['login', 1],
    ['rooms', 1],
    ['listings', 1],
    ['moderation', 1],
    ['tracker-keys', 1],
  ],
  [['tracker-keys', 2]],
  [
    ['listings', 2],
    ['moderation', 2],
  ],
  [['rooms', 2]],
  [['key-packages', 1]],
  [['rooms', 3]],
  [['rooms', 4]],
]

/**
 * Version of a database that has migrations by owner. Version 7 of the program is compatible with
 * it as long as no owner has migrations not listed above: with the first of them, this becomes 9,
 * since version 7 is then two versions behind.
 */
export const FORMAT = 8

/** Maps the codes of `@shoal/daemon/database` to those of the stores. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  'in-use': 'busy',
  'no-permission': 'io',
  'not-found': 'io',
}

/** A hub's SQLite file. */
export const HUB_KIND: DatabaseKind = {
  // `ShHb`
  applicationId: 0x53684862,
  traces: [],
  inUse: 'another process writes: try again later',
  withoutBackup: 'give the hub another data folder (--data): everybody joins it again',
  earlier: EARLIER,
  format: FORMAT,
  isShared: true,
  translate: ({ code, message, cause }: Failure) =>
    new StoreError(CODES[code] ?? (code as StoreErrorCode), message, { cause }),
}
