import { CodedError } from '@shoal/torrent/errors'
/**
 * `not-a-link`: not a share link. `cut-short`: its end is missing. `altered`: it has wrong or
 * additional characters. `too-new`: written by a later version. `bad-argument`: invalid arguments.
 */
export type LinkErrorCode = 'not-a-link' | 'cut-short' | 'altered' | 'too-new' | 'bad-argument'

/** A link that cannot be read. The message says what to do and contains no part of the link. */
export class LinkError extends CodedError<LinkErrorCode> {
  override name = 'LinkError'
}

export function altered(): LinkError {
  return new LinkError('altered', 'This link has been changed. Copy it again, or ask for it again.')
}

export function cutShort(): LinkError {
  return new LinkError('cut-short', 'The end of this link is missing. Copy all of it, or ask for it again.')
}

export function tooNew(): LinkError {
  return new LinkError(
    'too-new',
    'This link was created by a newer version of Shoal. Reload the page or update.',
  )
}
