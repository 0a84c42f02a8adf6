import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { useNode } from '../../../shared/node/context.tsx'
import {
  type Counts,
  countAll,
  type Filter,
  matters,
  NameOrder,
  SORT_KEYS,
  type Sort,
  STATE_GROUPS,
  type StateGroup,
  sortTorrents,
} from './view.ts'

const SORT = 'shoal.sort'

/** Returns the filter, which is part of the address, so that links and the back button keep it. */
export function useFilter(): [Filter, (change: Partial<Filter>) => void] {
  const [query, setQuery] = useSearchParams()
  const state = query.get('state') as StateGroup | null
  const filter: Filter = {
    state: state !== null && STATE_GROUPS.includes(state) ? state : 'all',
    label: query.get('label'),
    tag: query.get('tag'),
    tracker: query.get('tracker'),
    text: query.get('q') ?? '',
  }
  const change = useCallback(
    (wanted: Partial<Filter>) =>
      setQuery(before => {
        for (const [name, value] of Object.entries(wanted)) {
          const key = name === 'text' ? 'q' : name
          if (value === null || value === 'all' || (key === 'q' && value === '')) before.delete(key)
          else before.set(key, value)
        }
        return before
      }),
    [setQuery],
  )
  const { label, tag, tracker, text } = filter
  return [
    useMemo(
      () => ({ state: filter.state, label, tag, tracker, text }),
      [filter.state, label, tag, tracker, text],
    ),
    change,
  ]
}

export function useSort(): [Sort, (sort: Sort) => void] {
  const [sort, setSort] = useState(storedSort)
  const change = useCallback((wanted: Sort) => {
    setSort(wanted)
    localStorage.setItem(SORT, JSON.stringify(wanted))
  }, [])
  return [sort, change]
}

function storedSort(): Sort {
  try {
    const { key, descending } = JSON.parse(localStorage.getItem(SORT) ?? '{}') as Partial<Sort>
    if (key && SORT_KEYS.includes(key)) return { key, descending: descending === true }
  } catch {}
  return { key: 'addedMs', descending: true }
}

/**
 * Returns the ids of the shown torrents, in order. The list is a new object only if a row was
 * added, removed or moved.
 */
export function useOrder(filter: Filter, sort: Sort): readonly string[] {
  const { torrents } = useNode()
  const [names] = useState(() => new NameOrder())
  const [order, setOrder] = useState<readonly string[]>([])
  const first = useRef(true)
  useEffect(() => {
    const update = () =>
      setOrder(before => {
        const now = sortTorrents(torrents.values(), filter, sort, names)
        return same(before, now) ? before : now
      })
    if (first.current) names.update(torrents.values())
    first.current = false
    update()
    return torrents.onList(change => {
      if (change.membership || change.keys.has('name')) names.update(torrents.values())
      if (matters(change, filter, sort)) update()
    })
  }, [torrents, filter, sort, names])
  return order
}

const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((id, at) => id === b[at])

/** Counting is slow, so it does not happen in the frame in which rows change. */
const COUNTED_AFTER_MS = 100

/** Returns how many torrents each filter would show. */
export function useCounts(): Counts {
  const { torrents } = useNode()
  const [counts, setCounts] = useState(() => countAll(torrents.values()))
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const update = () => {
      timer = undefined
      setCounts(countAll(torrents.values()))
    }
    update()
    const stop = torrents.onList(({ membership, keys }) => {
      if (membership || COUNTED.some(key => keys.has(key))) timer ??= setTimeout(update, COUNTED_AFTER_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [torrents])
  return counts
}

const COUNTED = [
  'state',
  'reason',
  'trackersFail',
  'trackerHosts',
  'label',
  'tags',
  'completedMs',
  'downloadBytesPerSecond',
  'uploadBytesPerSecond',
] as const
