/**
 * What a failure is, for programs. The message says the same to people, with what to do about it.
 *
 * `bad-bencode`, `bad-torrent`, `bad-magnet`, `bad-info-hash`: input that is not what it should be.
 * `bad-message`: a peer or server broke its protocol. `timeout`, `refused`, `unreachable`: it could not be reached.
 * `no-space`, `no-permission`, `not-found`, `unsafe-path`, `in-use`, `io`: storage. `closed`: the object was closed.
 * `bad-argument`: the caller's mistake. `unsupported`: this platform or build cannot do it.
 */
export type ErrorCode =
  | 'bad-argument'
  | 'bad-bencode'
  | 'bad-torrent'
  | 'bad-magnet'
  | 'bad-info-hash'
  | 'bad-message'
  | 'timeout'
  | 'refused'
  | 'unreachable'
  | 'no-space'
  | 'no-permission'
  | 'not-found'
  | 'unsafe-path'
  | 'in-use'
  | 'io'
  | 'closed'
  | 'cancelled'
  | 'unsupported'

/** Every error the engine throws on purpose: a `code` for programs and a message that says what to do. */
export class ShoalError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ShoalError'
    this.code = code
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
