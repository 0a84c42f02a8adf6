/**
 * The kind of a failure, for programs. The error's message tells people the same and what to do
 * about it.
 *
 * - `bad-bencode`, `bad-torrent`, `bad-magnet`, `bad-info-hash`: malformed input.
 * - `bad-message`: a peer or server violated its protocol. `too-large`: its response exceeds the
 *   limit. `timeout`, `refused`, `unreachable`: it could not be reached.
 * - `no-space`, `no-permission`, `not-found`, `unsafe-path`, `in-use`, `io`: storage.
 * - `closed`: the object was closed. `cancelled`: the operation was cancelled.
 * - `bad-argument`: the caller passed something invalid. `unsupported`: this platform or build
 *   cannot do it.
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

/** An error with a `code` for programs and a message for users. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** An error in an input. */
export class InputError<Code extends string = string> extends CodedError<Code> {
  /** Name of the invalid member. */
  readonly field: string | undefined

  constructor(code: Code, message: string, options: ErrorOptions & { readonly field?: string } = {}) {
    super(code, message, options)
    this.field = options.field
  }
}

/** Every error that the engine throws deliberately. */
export class ShoalError extends CodedError<ErrorCode> {
  override name = 'ShoalError'
}

/** Returns the message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Returns the code of an error of the engine, and undefined for any other value. */
export function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof ShoalError ? error.code : undefined
}
