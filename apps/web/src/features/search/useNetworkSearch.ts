import type { ApiError, NodeApi, SearchProgress, SearchRow } from '@shoal/api'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useNode } from '../../shared/node/context.tsx'
import type { NetworkQuery } from './filters.ts'

/** Seeds that are not known after this time will not be. */
const PROBE_MS = 30_000

export interface Progress {
  /** Another one for each search. */
  readonly id: string
  readonly done: boolean
  readonly network: SearchProgress['network']
  /** Ids of all rows, best first. */
  readonly order: readonly string[]
  readonly rows: ReadonlyMap<string, SearchRow>
  /** Rows whose seeds were asked for. */
  readonly probed: ReadonlySet<string>
}

export interface NetworkSearch {
  /** Null before the first answer. That of the search before stays until then. */
  readonly progress: Progress | null
  /** Why the search failed; rows that were found before stay. */
  readonly error: unknown
  retry(): void
  /** Looks for seeds of rows, once for each. */
  probe(ids: readonly string[]): void
  /** Reads once more what the search has: rows of somebody who is not blocked any more come back. */
  readAgain(): void
}

/** Searches the network and the node's own list. Another query ends the search before. */
export function useNetworkSearch(query: NetworkQuery): NetworkSearch {
  const { api } = useNode()
  const [progress, setProgress] = useState<Progress | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  const reader = useRef<Reader | null>(null)
  const key = JSON.stringify(query)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round searches again
  useEffect(() => {
    setError(null)
    const current = new Reader(api, setProgress)
    reader.current = current
    current.run(JSON.parse(key)).catch(failure => {
      if (!current.isClosed) setError(failure)
    })
    return () => current.close()
  }, [api, key, round])
  const readAgain = useCallback(() => reader.current?.readAgain(), [])
  return {
    progress,
    error,
    retry: () => setRound(count => count + 1),
    probe: ids => reader.current?.probe(ids),
    readAgain,
  }
}

/** Reads what one search finds, for as long as something may come. */
class Reader {
  readonly #api: NodeApi
  readonly #show: (progress: Progress) => void
  readonly #abort = new AbortController()
  readonly #rows = new Map<string, SearchRow>()
  readonly #probed = new Set<string>()
  #last: SearchProgress | null = null
  #probedMs = 0
  #wake = Promise.withResolvers<void>()

  constructor(api: NodeApi, show: (progress: Progress) => void) {
    this.#api = api
    this.#show = show
  }

  get isClosed(): boolean {
    return this.#abort.signal.aborted
  }

  /** Rejects if the node refuses, goes away, or has forgotten the search before it was done. */
  async run(query: NetworkQuery): Promise<void> {
    const { signal } = this.#abort
    let progress = await this.#api.startSearch(query, { signal })
    for (;;) {
      this.#tell(progress)
      if (progress.done && !this.#awaitsSeeds()) await this.#wake.promise
      if (signal.aborted) return
      const { id, revision: since, done } = progress
      try {
        progress = await this.#api.readSearch({ id, since }, { signal })
      } catch (error) {
        // The node forgets searches that nobody has read for a while.
        if (done && (error as ApiError).code === 'not-found') return
        throw error
      }
    }
  }

  probe(ids: readonly string[]): void {
    const rows = ids.filter(id => this.#rows.get(id)?.publisher && !this.#probed.has(id))
    if (rows.length === 0 || !this.#last || this.isClosed) return
    for (const id of rows) this.#probed.add(id)
    this.#probedMs = Date.now()
    // Without seeds, the rows are as good.
    void this.#api.probeSearch({ id: this.#last.id, rows }).catch(() => {})
    this.readAgain()
    this.#tell({ ...this.#last, rows: [] })
  }

  readAgain(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  close(): void {
    this.#abort.abort()
    this.#wake.resolve()
    if (this.#last) void this.#api.endSearch({ id: this.#last.id }).catch(() => {})
  }

  #awaitsSeeds(): boolean {
    if (Date.now() - this.#probedMs > PROBE_MS) return false
    return [...this.#probed].some(id => this.#rows.get(id)?.seeds === null)
  }

  #tell(progress: SearchProgress): void {
    this.#last = progress
    for (const row of progress.rows) this.#rows.set(row.id, row)
    if (this.isClosed) return
    const { id, done, network, order } = progress
    this.#show({ id, done, network, order, rows: new Map(this.#rows), probed: new Set(this.#probed) })
  }
}
