/** Address of the node's console that offers to add the link; null if the text is not the address of a node. */
export function addUrl(node: string, link: string): string | null {
  const text = node.trim()
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`
  if (text === '' || !URL.canParse(withScheme)) return null
  const url = new URL(withScheme)
  if (!/^https?:$/.test(url.protocol) || url.hostname === '') return null
  return `${url.origin}/#add=${encodeURIComponent(link)}`
}

/** A page that comes from this machine comes from the node there. Null for pages of others, whose visitors may have no node. */
export function likelyNode({ hostname, origin }: Pick<Location, 'hostname' | 'origin'>): string | null {
  return /^(localhost|127\.|\[::1])/.test(hostname) ? origin : null
}

/** Adds the link to the node that serves this page, where its user is logged in. False where nobody is, or the node refuses. */
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
