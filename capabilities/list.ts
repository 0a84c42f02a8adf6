/**
 * All capabilities with a folder here, one per line. This is the order of the documentation, the
 * menus and the settings page, and in which a node starts them, but never before those that they
 * need. `node scripts/reference.ts` writes the lists of their parts.
 */
// biome-ignore format: a change of the list is a change of one line.
export const NAMES: readonly string[] = [
  'watch',
  'feeds',
  'guests',
  'transmission',
  'qbittorrent',
  'notes',
]
