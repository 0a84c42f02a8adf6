/**
 * `bad-key`: not a key of the expected kind. `bad-key-file`: not a key file, or a damaged one.
 * `bad-certificate`: not a valid certificate for these peers at this time. `wrong-passphrase`: it
 * does not open with this passphrase. `too-much-work`: it demands more work (scrypt) than the limit
 * for untrusted files. `exists`, `not-found`, `no-permission`, `io`: file system errors.
 * `bad-argument`: invalid arguments. `bad-device-list`: not a list of devices that its person
 * signed. `bad-words`: not the 24 words of a key. `bad-login`: not a login of that device at this
 * address and time. `bad-profile`: not a profile that a device of the person signed. `bad-picture`:
 * not a small JPEG, PNG or WebP picture. `bad-code`: not the code of a person. `bad-message`:
 * another node sent something that breaks the protocol.
 */
export type IdentityErrorCode =
  | 'bad-key'
  | 'bad-key-file'
  | 'bad-certificate'
  | 'wrong-passphrase'
  | 'too-much-work'
  | 'exists'
  | 'not-found'
  | 'no-permission'
  | 'io'
  | 'bad-argument'
  | 'bad-device-list'
  | 'bad-code'
  | 'bad-login'
  | 'bad-message'
  | 'bad-picture'
  | 'bad-profile'
  | 'bad-words'

/** An error with a key. The message says what to do and contains no part of the key. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode

  constructor(code: IdentityErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'IdentityError'
    this.code = code
  }
}
