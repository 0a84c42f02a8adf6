/** Returns null: a page stores files under the names that they have in the torrent. */
export function layoutPaths(): null {
  return null
}
