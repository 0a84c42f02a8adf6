/** `/api/torrents/{id}` as the router writes it; a `{path}` at the end takes everything that follows. */
export function routePath(path: string): string {
  return path.replace(/\{path\}$/, '*').replace(/\{(\w+)\}/g, ':$1')
}
