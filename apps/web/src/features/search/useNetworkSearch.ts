import type { SearchProgress, SearchRow } from '@shoal/api'
import { type FoundSoFar, followSearch } from '@shoal/api/follow-search'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useNode } from '../../shared/node/context.tsx'
import { eventsOf } from '../../shared/node/events-of.ts'
import type { NetworkQuery } from './filters.ts'

export interface Progress {
  /** A new id for each search. */
  readonly id: string
  readonly done: boolean
  readonly network: SearchProgress['network']
  /** Ids of all rows, best first. */
  readonly order: readonly string[]
  readonly rows: ReadonlyMap<string, SearchRow>
}

export interface NetworkSearch {
  /** Null before the first answer. The progress of the previous search stays until then. */
  readonly progress: Progress | null
  /** Why the search failed; found rows stay. */
  readonly error: unknown
  retry(): void
  /** Counts the seeds of visible rows, unless the node counts them by itself. */
  probe(ids: readonly string[]): void
}

/** Searches the network and the node's own list. A new query ends the previous search. */
export function useNetworkSearch(query: NetworkQuery): NetworkSearch {
  const { api, events } = useNode()
  const [found, setFound] = useState<FoundSoFar | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  const key = JSON.stringify(query)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round searches again
  useEffect(() => {
    setError(null)
    const closing = new AbortController()
    const { signal } = closing
    const follow = async () => {
      const node = { api, events: eventsOf.bind(null, events) }
      for await (const each of followSearch(node, JSON.parse(key), signal))
        if (!signal.aborted) setFound(each)
    }
    follow().catch(failure => {
      if (!signal.aborted) setError(failure)
    })
    return () => closing.abort()
  }, [api, events, key, round])
  const progress = useMemo(
    () => found && { ...found.progress, rows: new Map(found.rows.map(row => [row.id, row] as const)) },
    [found],
  )
  return { progress, error, retry: () => setRound(count => count + 1), probe: useProbe(progress) }
}

/** Returns a function that requests the seeds of rows, once for each row of a search. */
function useProbe(progress: Progress | null): (ids: readonly string[]) => void {
  const { api } = useNode()
  const asked = useRef({ search: '', rows: new Set<string>() })
  return useCallback(
    ids => {
      if (!progress) return
      const { id, rows } = progress
      if (asked.current.search !== id) asked.current = { search: id, rows: new Set() }
      const known = asked.current.rows
      const due = ids.filter(each => {
        const row = rows.get(each)
        return row?.publisher && row.seeds === null && !row.counting && !known.has(each)
      })
      if (due.length === 0) return
      for (const each of due) known.add(each)
      // Rows are useful without seeds, too.
      void api.probeSearch({ id, rows: due }).catch(() => {})
    },
    [api, progress],
  )
}
