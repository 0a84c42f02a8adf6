/** Explains on the command line why the engine rejects a link. */

import { Failure } from '../../base/failure.ts'
import { SHOAL } from '../../base/program.ts'
import { withoutPassword } from '../../base/without-password.ts'

const UNDERSTOOD =
  'a magnet link (magnet:?xt=…), an info hash (40 or 64 hex digits, or 32 base32 characters), a content ID (baf5r…), the path or http(s) URL of a .torrent file, a share link in quotes'
const PLAIN_FILES = `The running node downloads plain files: ${SHOAL} add URL, or ${SHOAL} get URL --node local`
/** A share link needs its fragment, which servers do not receive. */
const SHARE_LINK = `${SHOAL} get 'https://…/#…', in quotes, with what follows #`
/** Longest part of a link that a message repeats. */
const SHOWN_LENGTH = 80

/** Replaces an error of `Session.add` by a clearer one for plain files and for text that is not a link. Returns other errors unchanged. */
export function explainLink(link: string, error: unknown): unknown {
  const text = link.trim()
  const [scheme] = /^[a-z][a-z0-9+.-]+(?=:\/\/)/i.exec(text) ?? []
  switch (scheme?.toLowerCase()) {
    case 'http':
    case 'https':
      return isPlainFile(text, error) ? plainFile(text, error) : error
    case 'ftp':
    case 'ftps':
      return plainFile(text, error)
    case undefined:
      return isNoPath(text, error) ? unknown(text, error) : error
    default:
      return unknown(text, error)
  }
}

/** True if the URL leads to a file that is not a .torrent, and does not have its extension. */
function isPlainFile(url: string, error: unknown): boolean {
  const named = URL.canParse(url) && /\.torrent$/i.test(new URL(url).pathname)
  // `too-large`: the engine does not read files larger than a .torrent may be.
  return !named && ['bad-torrent', 'too-large'].includes(codeOf(error))
}

/** True if the file is missing and the text does not look like a path. */
function isNoPath(text: string, error: unknown): boolean {
  return codeOf(error) === 'not-found' && !/[/\\]|\.torrent$/i.test(text)
}

function plainFile(url: string, cause: unknown): Failure {
  const message = url.endsWith('/')
    ? `${shown(url)} is not a .torrent. A share link is needed in full: ${SHARE_LINK}`
    : `${shown(url)} is not a .torrent. ${PLAIN_FILES}`
  return new Failure('not-a-torrent', message, { cause })
}

function unknown(text: string, cause: unknown): Failure {
  const message = `${shown(text) || 'nothing'} cannot be downloaded. Supported links: ${UNDERSTOOD}`
  return new Failure('unknown-identifier', message, { cause })
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code)
}

function shown(text: string): string {
  return withoutPassword(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text)
}
