/**
 * `not-a-link`: nothing that Shoal wrote. `cut-short`: its end is missing. `altered`: characters are wrong or too many.
 * `too-new`: written by a later version. `bad-argument`: the caller's mistake.
 */
export type LinkErrorCode = 'not-a-link' | 'cut-short' | 'altered' | 'too-new' | 'bad-argument'

/** Why a link cannot be read; the message says what to do, and holds nothing of the link. */
export class LinkError extends Error {
  readonly code: LinkErrorCode

  constructor(code: LinkErrorCode, message: string) {
    super(message)
    this.name = 'LinkError'
    this.code = code
  }
}
