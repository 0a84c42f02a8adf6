/**
 * `bad-key`: text or bytes that are no key of the kind that is asked for. `bad-key-file`: no key file, or a damaged one.
 * `wrong-passphrase`: it opens with another one. `too-much-work`: it asks for more work (scrypt) than is done for a stranger's file.
 * `exists`, `not-found`, `no-permission`, `io`: the disk. `bad-argument`: the caller's mistake.
 */
export type IdentityErrorCode =
  | 'bad-key'
  | 'bad-key-file'
  | 'wrong-passphrase'
  | 'too-much-work'
  | 'exists'
  | 'not-found'
  | 'no-permission'
  | 'io'
  | 'bad-argument'

/** What went wrong with a key, and what to do; the message holds nothing of the key. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode

  constructor(code: IdentityErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'IdentityError'
    this.code = code
  }
}
