import { linkAt } from '@shoal/links'

const LINK =
  /^(#s\d[\w-]{20,}|(web\+)?magnet:\?\S*xt=\S+|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|baf[a-z2-7]{40,}|(https?|ftp):\/\/\S+)$/

/** The lines of a text that look like links a node understands, each once. */
export function linksIn(text: string): string[] {
  const lines = text.split(/\s*\n\s*/).map(line => line.trim())
  return [...new Set(lines.filter(line => LINK.test(line)))]
}

/** All lines that are not empty, each once. The node says what is wrong with those that are not links. */
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
 * Returns a share link with its address. A node that does not know its public address gives the fragment only; the page at the address that the
 * console was opened at is used then.
 */
export function absoluteLink(link: string, origin = location.origin): string {
  return linkAt(link, `${origin}/share/`)
}
