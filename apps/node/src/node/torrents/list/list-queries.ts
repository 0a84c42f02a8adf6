/** Filters, orders and pages of the list of torrents. */
import { hasTracker, isInState, type ListTorrents, type Torrent } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type { z } from 'zod'

type Query = z.output<typeof ListTorrents>

export function createFilter(
  query: Pick<Query, 'state' | 'label' | 'tag' | 'tracker' | 'text'>,
): (torrent: Torrent) => boolean {
  const { state, label, tag, tracker, text } = query
  const words = (text ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  return torrent =>
    (state === undefined || isInState(torrent, state)) &&
    (label === undefined || (torrent.label ?? '') === label) &&
    (tag === undefined || torrent.tags.includes(tag)) &&
    (tracker === undefined || hasTracker(torrent, tracker.toLowerCase())) &&
    (words.length === 0 || hasWords(torrent.name.toLowerCase(), words))
}

function hasWords(name: string, words: readonly string[]): boolean {
  return words.every(word => name.includes(word))
}

/**
 * Unknown values come last in either order. Equal ones keep the order of their ids, so that pages
 * do not overlap.
 */
export function createSorter({
  sort,
  order,
}: Pick<Query, 'sort' | 'order'>): (a: Torrent, b: Torrent) => number {
  const sign = order === 'ascending' ? 1 : -1
  return (a, b) => {
    const [x, y] = [a[sort], b[sort]]
    if (x === y) return a.id < b.id ? -1 : 1
    if (x === null) return 1
    if (y === null) return -1
    const way = typeof x === 'string' && typeof y === 'string' ? compareText(x, y) : Number(x) - Number(y)
    return way === 0 ? (a.id < b.id ? -1 : 1) : way * sign
  }
}

const { compare: compareText } = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

export interface Page<Item> {
  items: Item[]
  next: string | null
  total: number
}

/**
 * Returns a page of a list. The cursor contains the id of the last item of the previous page, and
 * its position in case the item was removed. Throws `bad-request` for an invalid cursor.
 */
export function takePage<Item extends { id?: unknown; index?: unknown }>(
  items: readonly Item[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Page<Item> {
  const start = cursor === undefined ? 0 : startAfter(items, cursor)
  const found = items.slice(start, start + limit)
  const last = found.at(-1)
  const end = start + found.length
  const next = last !== undefined && end < items.length ? `${end}.${keyOf(last)}` : null
  return { items: found, next, total: items.length }
}

/** Returns a page of the sorted list, sorting only as much as the page needs. */
export function sortedPage<Item extends { id: string }>(
  items: Item[],
  compare: (a: Item, b: Item) => number,
  query: { cursor?: string | undefined; limit: number },
): Page<Item> {
  const { cursor, limit } = query
  const place = cursor === undefined ? 0 : Number.parseInt(cursor, 10)
  const needed = place + limit
  // Sorts the complete list if much of it is needed or if it has changed at the cursor.
  if (needed < items.length / 4) {
    const first = selectFirst(items, compare, needed)
    const last = first[place - 1]
    if (place === 0 || (last && cursor === `${place}.${last.id}`)) {
      const found = first.slice(place)
      return { items: found, next: `${needed}.${found.at(-1)!.id}`, total: items.length }
    }
  }
  return takePage(items.sort(compare), query)
}

/**
 * Returns the first `count` items in sorted order. `count` is small compared to the length of the
 * list.
 */
function selectFirst<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
  count: number,
): Item[] {
  let best = items.slice(0, count).sort(compare)
  let waiting: Item[] = []
  const settle = () => {
    best = [...best, ...waiting].sort(compare).slice(0, count)
    waiting = []
  }
  for (let at = count; at < items.length; at++) {
    const item = items[at]!
    if (compare(item, best[count - 1]!) >= 0) continue
    waiting.push(item)
    if (waiting.length === count) settle()
  }
  settle()
  return best
}

function startAfter(items: readonly { id?: unknown; index?: unknown }[], cursor: string): number {
  const [, place, key] = /^(\d{1,9})\.(.*)$/s.exec(cursor) ?? []
  if (place === undefined)
    throw new Failure('bad-request', 'this cursor is not valid: use `next` of the previous page', {
      field: 'cursor',
    })
  const expected = Number(place)
  const before = items[expected - 1]
  if (before && keyOf(before) === key) return expected
  const at = items.findIndex(item => keyOf(item) === key)
  return at < 0 ? Math.min(expected, items.length) : at + 1
}

function keyOf({ id, index }: { id?: unknown; index?: unknown }): string {
  return String(id ?? index ?? '')
}
