import { linkAt } from '@shoal/links'

const LINK =
  /^(#s\d[\w-]{20,}|(web\+)?magnet:\?\S*xt=\S+|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|baf[a-z2-7]{40,}|(https?|ftp):\/\/\S+)$/

/** Returns the lines of a text that look like links, without duplicates. */
export function linksIn(text: string): string[] {
  const lines = text.split(/\s*\n\s*/).map(line => line.trim())
  return [...new Set(lines.filter(line => LINK.test(line)))]
}

/**
 * Returns all non-empty lines, without duplicates. The node reports the error of those that are not
 * links.
 */
export function sourcesIn(text: string): string[] {
  return [
    ...new Set(
      text
        .split('\n')
        .map(line => line.trim())
        .filter(Boolean),
    ),
  ]
}

/**
 * Returns a share link as an absolute address. If the node does not know its public address, it
 * returns only the fragment; then the address of the console is used.
 */
export function absoluteLink(link: string, origin = location.origin): string {
  return linkAt(link, `${origin}/share/`)
}
