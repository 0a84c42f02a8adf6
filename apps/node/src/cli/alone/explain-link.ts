/** Explains on the command line why the engine rejects a link. */

import { refuseIpfsCid } from '../../base/ipfs-cid.ts'
import { SHOAL } from '../../base/program.ts'
import { withoutPassword } from '../../base/without-password.ts'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

/** Maximum length of a link in a message. */
const SHOWN_LENGTH = 80

/**
 * Replaces an error of `Session.add` by a clearer one for plain files and for text that is not a
 * link. Returns other errors unchanged.
 */
export function explainLink(link: string, error: unknown): unknown {
  const text = link.trim()
  if (/^ip[fn]s:/i.test(text) || errorCode(error) === 'not-found')
    try {
      refuseIpfsCid(text)
    } catch (explanation) {
      return explanation
    }
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

/**
 * Returns whether the URL leads to a file that is not a .torrent, and does not have its extension.
 */
function isPlainFile(url: string, error: unknown): boolean {
  const named = URL.canParse(url) && /\.torrent$/i.test(new URL(url).pathname)
  // `too-large`: the engine does not read files above the maximum size of a .torrent.
  return !named && ['bad-torrent', 'too-large'].includes(errorCode(error))
}

/** Returns whether the file is missing and the text does not look like a path. */
function isNoPath(text: string, error: unknown): boolean {
  return errorCode(error) === 'not-found' && !/[/\\]|\.torrent$/i.test(text)
}

function plainFile(url: string, cause: unknown): CommandFailure {
  const known = { url: shown(url), shoal: SHOAL }
  const message = url.endsWith('/') ? texts.get.cutShareLink(known) : texts.get.plainFile(known)
  return new CommandFailure('not-a-torrent', message, { cause })
}

function unknown(text: string, cause: unknown): CommandFailure {
  const { nothing, understood } = texts.get
  const message = texts.get.unknown({ link: shown(text) || nothing, understood })
  return new CommandFailure('unknown-identifier', message, { cause })
}

function errorCode(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code)
}

function shown(text: string): string {
  return withoutPassword(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text)
}
