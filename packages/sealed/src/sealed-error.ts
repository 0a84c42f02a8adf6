/**
 * `not-sealed`: not an age file. `passphrase-needed`, `key-needed`: the share requires one, and
 * none was given. `wrong-passphrase`, `wrong-key`: the share requires a different one.
 * `too-much-work`: it demands more work than the limit for untrusted files. `damaged`: changed or
 * missing bytes. `not-an-archive`: the content is not a tar archive. `unsafe-path`: a name leads
 * out of the folder. `too-large`: a limit is exceeded. `unsupported`: a kind of tar that cannot be
 * read. `changed`: a file has shrunk since sealing began. `not-found`: the share has no file of
 * that name. `bad-argument`: invalid arguments.
 */
export type SealedErrorCode =
  | 'not-sealed'
  | 'passphrase-needed'
  | 'key-needed'
  | 'wrong-passphrase'
  | 'wrong-key'
  | 'too-much-work'
  | 'damaged'
  | 'not-an-archive'
  | 'unsafe-path'
  | 'too-large'
  | 'unsupported'
  | 'changed'
  | 'not-found'
  | 'bad-argument'

/**
 * An error in sealing or opening. The message says what to do and contains no key or passphrase.
 */
export class SealedError extends Error {
  readonly code: SealedErrorCode

  constructor(code: SealedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SealedError'
    this.code = code
  }
}

export function cutShort(): SealedError {
  return new SealedError('damaged', 'The end of the sealed share is missing. Download it again.')
}
