import { audienceOf } from './audience.ts'

/**
 * Returns the announce URLs of the host in a share link, over HTTP and over WebSocket: the server
 * of a page is also its tracker, as every node and hub is. Only the host counts, not path, query,
 * user name or password. Empty for a link that begins with `#`.
 */
export function pageTrackers(link: string): string[] {
  const page = pageOf(link)
  return page === null ? [] : [`${page.origin}/announce`, `${page.origin.replace(/^http/, 'ws')}/announce`]
}

/**
 * Removes the page from a share link if it is on this machine or its network: in a link from a
 * stranger, such a host would be the reader's own. Returns any other text unchanged.
 */
export function withoutLocalPage(link: string): string {
  const isLocal = pageOf(link) !== null && audienceOf(link.trim()) !== 'everyone'
  return isLocal ? link.slice(link.indexOf('#')) : link
}

function pageOf(link: string): URL | null {
  if (!/^\s*https?:\/\/[^#\s]*#/i.test(link)) return null
  return URL.parse(link.trim())
}
