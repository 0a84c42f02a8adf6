const LINK =
  /^(#s\d[\w-]{20,}|magnet:\?\S*xt=\S+|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|baf[a-z2-7]{40,}|(https?|ftp):\/\/\S+)$/

/** What of a pasted text the node may understand: one a line. */
export function linksIn(text: string): string[] {
  const lines = text.split(/\s*\n\s*/).map(line => line.trim())
  return [...new Set(lines.filter(line => LINK.test(line)))]
}

/** Every line that says something, also what is no link: the node tells what is wrong with it. */
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
