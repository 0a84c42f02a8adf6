/**
 * All capabilities with a folder here, a line each. The order is that of the documentation, the menus and the settings page, and in
 * which a node starts them, except that each starts after those it needs. `node scripts/reference.ts` writes the lists of their
 * parts.
 */
export const NAMES: readonly string[] = ['watch', 'feeds', 'guests', 'transmission', 'qbittorrent', 'notes']
