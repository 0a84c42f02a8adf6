import { Failure } from '@shoal/daemon/failure'

/**
 * `bad-argument`: outside the limits that the docstring names. `not-found`, `exists`: it does not exist, or exists already. `conflict`: the id was used for something else.
 * `full`: a limit of the room, device or account is reached. `moved`: the room has another home. `too-soon`: slow mode. `refused`: it is expired, used up or revoked.
 * `busy`: too much waits; try again later. `unavailable`: the database does not answer. A change that fails so may have been made or not: repeat it with the same id.
 * `damaged`, `newer-version`, `no-space`, `io`, `closed`: the database. `bad-head`, `bad-home`, `broken-log`, `bad-archive`: not what a hub signed or wrote.
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

/** An error of a store. The message says what to do; `field` is the argument that was wrong. */
export class StoreError extends Failure<StoreErrorCode> {
  override name = 'StoreError'
}
