/**
 * Returns the address in the node's console that offers to add the link, or null if the text is not
 * the address of a node.
 */
export function addUrl(node: string, link: string): string | null {
  const text = node.trim()
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`
  if (text === '' || !URL.canParse(withScheme)) return null
  const url = new URL(withScheme)
  if (!/^https?:$/.test(url.protocol) || url.hostname === '') return null
  return `${url.origin}/#add=${encodeURIComponent(link)}`
}

/**
 * Returns the node on this machine if the page comes from it. Returns null for pages of others,
 * whose visitors may not have a node.
 */
export function likelyNode({ hostname, origin }: Pick<Location, 'hostname' | 'origin'>): string | null {
  return /^(localhost|127\.|\[::1])/.test(hostname) ? origin : null
}

/**
 * Adds the link to the node that serves this page, if the user is logged in there. Resolves to
 * false if nobody is, or if the node refuses.
 */
export async function addAtHost(link: string): Promise<boolean> {
  try {
    const { api } = (await import('../../../shared/node/http-link.ts')).httpLink()
    if ((await api.getAccess({})).by === 'none') return false
    await api.addTorrent({ source: link })
    return true
  } catch {
    return false
  }
}
