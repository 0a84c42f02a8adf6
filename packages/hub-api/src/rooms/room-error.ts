import type { Equivocation } from '@shoal/hub-stores/log'
import { CodedError } from '@shoal/torrent/errors'

/**
 * `bad-message`: not a message of this protocol. `unauthorized`: log in again. `forbidden`: another
 * secret, or a role, is needed. `not-followed`: follow the room first. `too-many-requests`,
 * `slow-mode`: wait for `afterMs`. `busy`, `unavailable`, `stopping`: send it again, with the same
 * client id. `not-found`, `moved`, `full`, `conflict`, `bad-argument`: as in the stores.
 * `bad-head`, `broken-log`, `forked-log`, `other-hub`: the hub contradicts its earlier state.
 * `closed`: this client was closed.
 */
export type RoomErrorCode =
  | 'bad-message'
  | 'unauthorized'
  | 'forbidden'
  | 'not-followed'
  | 'too-many-requests'
  | 'slow-mode'
  | 'busy'
  | 'unavailable'
  | 'stopping'
  | 'not-found'
  | 'moved'
  | 'full'
  | 'conflict'
  | 'bad-argument'
  | 'bad-home'
  | 'bad-head'
  | 'broken-log'
  | 'forked-log'
  | 'other-hub'
  | 'closed'
  | 'failed'

export const ROOM_ERROR_CODES: readonly RoomErrorCode[] = [
  ...([
    'bad-message',
    'unauthorized',
    'forbidden',
    'not-followed',
    'too-many-requests',
    'slow-mode',
  ] as const),
  ...(['busy', 'unavailable', 'stopping', 'not-found', 'moved', 'full', 'conflict', 'bad-argument'] as const),
  ...(['bad-home', 'bad-head', 'broken-log', 'forked-log', 'other-hub', 'closed', 'failed'] as const),
]

/** An error of a room or inbox. The message describes the remedy. */
export class RoomError extends CodedError<RoomErrorCode> {
  override name = 'RoomError'
  /** Time until a retry makes sense, in milliseconds from now. */
  readonly afterMs: number | undefined

  constructor(code: RoomErrorCode, message: string, options: ErrorOptions & { afterMs?: number } = {}) {
    super(code, message, options)
    this.afterMs = options.afterMs
  }
}

/** Other bytes are queued under the client id of an entry. */
export function idTaken(): RoomError {
  return new RoomError('conflict', 'Another entry of this room has this client id: choose a random one')
}

const PASSING: readonly RoomErrorCode[] = [
  'busy',
  'unavailable',
  'stopping',
  'too-many-requests',
  'slow-mode',
  'failed',
]

/** Returns whether the same request may succeed after this error. */
export function isPassing(error: unknown): error is RoomError {
  return error instanceof RoomError && PASSING.includes(error.code)
}

/** The hub showed different logs. Anyone can verify that with `proveEquivocation(...heads)`. */
export class ForkedLog extends RoomError {
  /** Two heads signed by the hub. */
  readonly heads: readonly [Uint8Array, Uint8Array]
  readonly proof: Equivocation

  constructor(heads: readonly [Uint8Array, Uint8Array], proof: Equivocation) {
    super(
      'forked-log',
      `This hub showed different logs of a room: entry ${proof.sequence} has two hashes. Keep the proof, and leave this hub.`,
    )
    this.heads = heads
    this.proof = proof
  }
}
