/**
 * Links that the engine accepts: magnet links, info hashes, content ids, .torrent files by path or
 * URL.
 */
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '@shoal/daemon/failure'
import { infoHashText, isMagnet, parseInfoHash } from '@shoal/torrent'

export const TORRENT_LINKS = {
  name: 'BitTorrent',
  understands: [
    'a magnet link (magnet:?xt=…)',
    'an info hash (40 or 64 hex digits, or 32 base32 characters)',
    'a content ID (baf5r…)',
    'the path or http(s) URL of a .torrent file',
  ],
} as const

/** Returns whether trimmed text refers to a torrent. Immediate, without disk or network access. */
export function isTorrentLink(
  text: string,
  { outsideOnly = false }: { outsideOnly?: boolean } = {},
): boolean {
  if (isMagnet(text)) return true
  // The engine fetches a .torrent from anywhere.
  if (/^https?:\/\//i.test(text)) return !outsideOnly && isTorrentUrl(text)
  if (/^file:\/\//i.test(text)) return true
  if (isHash(text)) return true
  const hasScheme = /^[a-z][a-z0-9+.-]+:/i.test(text)
  return isAbsolute(text) || (!hasScheme && /\.torrent$/i.test(text))
}

/**
 * Normalizes a link for the engine. Throws `bad-argument` for a `file:` URL of another machine,
 * `bad-info-hash`.
 */
export function engineLink(text: string): string {
  return isHash(text) ? infoHashText(parseInfoHash(text)) : readPath(text)
}

/**
 * Returns the path in a source, since the engine reads everything except links and hashes from
 * disk. Null for those. Throws `unknown-identifier`.
 */
export function pathIn(source: string): string | null {
  const text = source.trim()
  if (isMagnet(text) || /^https?:\/\//i.test(text) || isHash(text)) return null
  const path = readPath(text)
  // A relative path would refer to the node's own working folder.
  if (isAbsolute(path)) return path
  throw new Failure(
    'unknown-identifier',
    `${JSON.stringify(text.slice(0, 100))} is not a torrent: give a magnet link, an info hash, or the URL or absolute path of a .torrent`,
    { field: 'source' },
  )
}

/** Text that starts with baf5r is meant as a content ID: the engine then explains the error. */
function isHash(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64}|1220[0-9a-f]{64}|[a-z2-7]{32}|baf5r[a-z2-7]+|f017b[0-9a-f]+)$/i.test(
    text,
  )
}

function isTorrentUrl(text: string): boolean {
  return URL.canParse(text) && /\.torrent$/i.test(new URL(text).pathname)
}

function readPath(identifier: string): string {
  if (!/^file:\/\//i.test(identifier)) return identifier
  try {
    return fileURLToPath(identifier)
  } catch (cause) {
    throw new Failure(
      'bad-argument',
      `${identifier.slice(0, 100)} is not a file on this machine: give its path`,
      { cause },
    )
  }
}
