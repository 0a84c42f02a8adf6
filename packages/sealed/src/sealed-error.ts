/**
 * `not-sealed`: no age file. `passphrase-needed`, `key-needed`: it is sealed in another way than it was tried to open.
 * `wrong-passphrase`, `wrong-key`: it opens with another one. `too-much-work`: it asks for more work than is done for a stranger's file.
 * `damaged`: bytes that whoever sealed it did not write, or an end that is missing. `not-an-archive`: what is sealed is no tar.
 * `unsafe-path`: a name that leads out of the folder. `too-large`: more than the bounds. `unsupported`: a kind of tar that is not read.
 * `changed`: a file is no longer as long as when sealing began. `not-found`: nothing of that name inside. `bad-argument`: the caller's mistake.
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

/** Why something cannot be sealed or opened, and what to do; the message holds no key and no passphrase. */
export class SealedError extends Error {
  readonly code: SealedErrorCode

  constructor(code: SealedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SealedError'
    this.code = code
  }
}

export function cutShort(): SealedError {
  return new SealedError('damaged', 'the end of what is sealed is missing: fetch it again')
}
