import type { NodeApi, Torrent } from '@shoal/api'

const PAGE = 1000

/** Reads all items of a paged list, at most `most`. */
export async function allPages<Item>(
  ask: (cursor: { cursor?: string }) => Promise<{ items: Item[]; next: string | null }>,
  most = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = []
  let next: string | null = null
  do {
    const page = await ask(next === null ? {} : { cursor: next })
    items.push(...page.items)
    // A list that never ends must not be read forever.
    if (page.items.length === 0) break
    next = page.next
  } while (next !== null && items.length < most)
  return items.slice(0, most)
}

/** Returns the torrents that match `filters`, in the list's order. */
export function allTorrents(
  api: NodeApi,
  filters: Parameters<NodeApi['listTorrents']>[0] = {},
): Promise<Torrent[]> {
  return allPages(cursor => api.listTorrents({ ...filters, ...cursor, limit: PAGE }))
}
