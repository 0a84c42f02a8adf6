/**
 * Converts `/api/torrents/{id}` to the router's notation; a trailing `{path}` matches everything
 * that follows.
 */
export function routePath(path: string): string {
  return path.replace(/\{path\}$/, '*').replace(/\{(\w+)\}/g, ':$1')
}
