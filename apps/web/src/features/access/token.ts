import type { NodeApi } from '@shoal/api'

/** The user that the token belongs to. */
export const TOKEN_USER = 'shoal'

/**
 * Logs in with the token of an address that ends in `#token=…`, as the node prints it, and takes it out of the address, so that it is
 * neither bookmarked nor shared. Returns false when the node refused it.
 */
export async function takeToken(api: Pick<NodeApi, 'login'>): Promise<boolean> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token === null) return true
  history.replaceState(history.state, '', location.pathname + location.search)
  return api.login({ username: TOKEN_USER, password: token }).then(
    () => true,
    (error: { code?: string }) => error.code === 'unreachable',
  )
}
