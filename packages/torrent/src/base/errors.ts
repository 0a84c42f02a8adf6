/**
 * The kind of a failure, for programs. The error's message tells people the same and what to do about it.
 *
 * - `bad-bencode`, `bad-torrent`, `bad-magnet`, `bad-info-hash`: malformed input.
 * - `bad-message`: a peer or server violated its protocol. `too-large`: its response exceeds the limit. `timeout`, `refused`, `unreachable`: it could not be reached.
 * - `no-space`, `no-permission`, `not-found`, `unsafe-path`, `in-use`, `io`: storage.
 * - `closed`: the object was closed. `cancelled`: the operation was cancelled.
 * - `bad-argument`: the caller passed something invalid. `unsupported`: this platform or build cannot do it.
 */
export type ErrorCode =
  | 'bad-argument'
  | 'bad-bencode'
  | 'bad-torrent'
  | 'bad-magnet'
  | 'bad-info-hash'
  | 'bad-message'
  | 'too-large'
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

/** Every error the engine throws on purpose: a `code` for programs and a message that tells people what to do. */
export class ShoalError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ShoalError'
    this.code = code
  }
}

/** Returns the message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Returns the code of an error of the engine, and undefined for any other value. */
export function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof ShoalError ? error.code : undefined
}
