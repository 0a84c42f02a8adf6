/**
 * `not-a-link`: not a share link. `cut-short`: its end is missing. `altered`: it has wrong or additional characters. `too-new`: written by
 * a later version. `bad-argument`: invalid arguments.
 */
export type LinkErrorCode = 'not-a-link' | 'cut-short' | 'altered' | 'too-new' | 'bad-argument'

/** A link that cannot be read. The message says what to do and contains no part of the link. */
export class LinkError extends Error {
  readonly code: LinkErrorCode

  constructor(code: LinkErrorCode, message: string) {
    super(message)
    this.name = 'LinkError'
    this.code = code
  }
}
