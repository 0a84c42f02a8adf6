import type { NodeApi } from '@shoal/api'

/** The user that the token belongs to. */
export const TOKEN_USER = 'shoal'

/**
 * Returns the token in a text: the token itself, or a link that ends in `#token=…`, as the node
 * prints it. Line breaks from a terminal are removed.
 */
export function tokenIn(text: string): string {
  const joined = text.replace(/\s+/g, '')
  return linkedToken(joined) ?? joined
}

/** Returns the token of a link in a text, or null if there is none. */
export function linkedToken(text: string): string | null {
  return /#token=([\w-]+)$/.exec(text.replace(/\s+/g, ''))?.[1] ?? null
}

/**
 * Logs in with the token of an address that ends in `#token=…`, as the node prints it, and removes
 * it from the address, so that it is neither bookmarked nor shared. Returns false if the node
 * refused it.
 */
export async function takeToken(api: Pick<NodeApi, 'login'>): Promise<boolean> {
  const token = linkedToken(location.hash.replace(/%20|%0[ad]/gi, ''))
  if (token === null) return true
  history.replaceState(history.state, '', location.pathname + location.search)
  return api.login({ username: TOKEN_USER, password: token }).then(
    () => true,
    (error: { code?: string }) => error.code === 'unreachable',
  )
}
