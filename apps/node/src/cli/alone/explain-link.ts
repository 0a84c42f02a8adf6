/** What is wrong with a link that the engine does not take, in words of the command line. */

import { Failure } from '../../base/failure.ts'
import { SHOAL } from '../../base/program.ts'
import { withoutPassword } from '../../base/without-password.ts'

const UNDERSTOOD =
  'a magnet link (magnet:?xt=…), an info hash (40 or 64 hex digits, or 32 base32 characters), a content ID (baf5r…), the path or http(s) URL of a .torrent file, a share link in quotes'
const PLAIN_FILES = `The running node downloads plain files: ${SHOAL} add URL, or ${SHOAL} get URL --node local`
/** What it says is after `#`, which servers do not get. */
const SHARE_LINK = `${SHOAL} get 'https://…/#…', in quotes, with what follows #`
/** Longest part of a link that a message repeats. */
const SHOWN_LENGTH = 80

/** The error to tell when `Session.add` rejected with `error`: another one for a plain file, and for what is not a link at all. */
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

/** Something is there, under a name that no .torrent has. */
function isPlainFile(url: string, error: unknown): boolean {
  const named = URL.canParse(url) && /\.torrent$/i.test(new URL(url).pathname)
  // More bytes than a .torrent has are not even read.
  const isLarge = codeOf(error) === 'bad-message' && / more than \d+ bytes/.test(String(error))
  return !named && (codeOf(error) === 'bad-torrent' || isLarge)
}

/** What looks like a path is a file that is not there. */
function isNoPath(text: string, error: unknown): boolean {
  return codeOf(error) === 'not-found' && !/[/\\]|\.torrent$/i.test(text)
}

function plainFile(url: string, cause: unknown): Failure {
  const message = url.endsWith('/')
    ? `${shown(url)} is not a .torrent. Of a share link all is needed: ${SHARE_LINK}`
    : `${shown(url)} is not a .torrent. ${PLAIN_FILES}`
  return new Failure('not-a-torrent', message, { cause })
}

function unknown(text: string, cause: unknown): Failure {
  const message = `${shown(text) || 'nothing'} is nothing that can be downloaded. What is understood: ${UNDERSTOOD}`
  return new Failure('unknown-identifier', message, { cause })
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code)
}

function shown(text: string): string {
  return withoutPassword(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text)
}
