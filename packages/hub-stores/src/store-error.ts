import { Failure } from '@shoal/daemon/failure'

/**
 * `bad-argument`: outside the documented limits. `not-found`, `exists`: it does not exist, or
 * exists already. `conflict`: the id was used for something else. `full`: a limit of the room,
 * device or account is reached. `moved`: the room has another home. `too-soon`: slow mode.
 * `refused`: it is expired, used up or revoked. `busy`: the queue is full; try again later.
 * `unavailable`: the database does not answer. The change may or may not have been made: repeat it
 * with the same id. `damaged`, `newer-version`, `no-space`, `io`, `closed`: the database.
 * `bad-head`, `bad-home`, `broken-log`, `bad-archive`: not what a hub signed or wrote.
 */
export type StoreErrorCode =
  | 'bad-argument'
  | 'not-found'
  | 'exists'
  | 'conflict'
  | 'full'
  | 'moved'
  | 'too-soon'
  | 'refused'
  | 'busy'
  | 'unavailable'
  | 'damaged'
  | 'newer-version'
  | 'no-space'
  | 'io'
  | 'closed'
  | 'bad-head'
  | 'bad-home'
  | 'broken-log'
  | 'bad-archive'

/** An error of a store. The message describes the remedy; `field` is the invalid argument. */
export class StoreError extends Failure<StoreErrorCode> {
  override name = 'StoreError'
}

/**
 * For writes that only note something about what is read: ignores that the disk is full, so that it
 * can still be read. Rethrows other errors.
 */
export function ignoreFullDisk(error: unknown): void {
  if ((error as { code?: unknown } | null)?.code !== 'no-space') throw error
}
