/** Links of every version. */
import type { ShareLink } from './contents.ts'
import { contentsOf } from './contents-of.ts'
import { formatShareLink, S2 } from './latest-link.ts'
import { LinkError, tooNew } from './link-error.ts'
import { S1 } from './s1.ts'

/**
 * Parses a share link, given as a URL or from `#` on. Also accepts a magnet link after `#`. Throws
 * a `LinkError`: `not-a-link`, `cut-short`, `altered` or `too-new`.
 */
export function parseShareLink(text: string): ShareLink {
  const share = contentsOf(text, { 1: S1, 2: S2 })
  if (!share) throw tooNew()
  return share
}

/** Returns the contents of a link, or null for text that is not a complete link. */
export function shareOf(text: string): ShareLink | null {
  try {
    return parseShareLink(text)
  } catch (error) {
    if (error instanceof LinkError) return null
    throw error
  }
}

/**
 * Returns true if `text` is a URL or fragment that looks like a share link, even if it cannot be
 * parsed.
 */
export function isShareLink(text: string): boolean {
  return /^\s*(?:https?:\/\/[^#\s]*)?#s\d/i.test(text)
}

/**
 * Adds the address of the page that opens it to a link that begins with `#`, and removes sources
 * that its receivers there cannot use. Returns any other text unchanged.
 */
export function linkAt(link: string, page: string): string {
  if (!link.startsWith('#')) return link
  const share = shareOf(link)
  return share ? formatShareLink(page, share) : `${page}${link}`
}
