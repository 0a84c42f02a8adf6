import type { InputOf, NodeApi, SearchProgress, SearchRow } from '@shoal/api'

/** Rows whose seeds are counted: what a screen shows. */
const PROBED = 20
/** Time for counting seeds after the search is done. */
const SEEDS_MS = 8000

/** The state of a search after each change. */
export interface FoundSoFar {
  /** All rows, best first. */
  readonly rows: readonly SearchRow[]
  /** Rows that are new or have changed since the state before. */
  readonly changed: readonly SearchRow[]
  readonly progress: SearchProgress
}

/**
 * Searches the network and the own list, and yields all rows after each change, until nothing is missing: the seeds of the first rows are counted, too. Ends the
 * search at the node in any case. Throws the signal's reason.
 */
export async function* followSearch(
  api: NodeApi,
  input: InputOf<'startSearch'>,
  signal: AbortSignal,
): AsyncGenerator<FoundSoFar> {
  const rows = new Map<string, SearchRow>()
  const probed = new Set<string>()
  let progress: SearchProgress = await api.startSearch(input, { signal })
  const { id } = progress
  let over: AbortSignal | null = null
  try {
    for (let since = 0; ; since = progress.revision) {
      const until = over ? AbortSignal.any([signal, over]) : signal
      progress = await api.readSearch({ id, since }, { signal: until })
      for (const row of progress.rows) rows.set(row.id, row)
      yield { rows: progress.order.map(each => rows.get(each)!), changed: progress.rows, progress }
      const page = progress.order.slice(0, PROBED).filter(each => rows.get(each)!.publisher !== null)
      const due = page.filter(each => !probed.has(each))
      for (const each of due) probed.add(each)
      if (due.length > 0) await api.probeSearch({ id, rows: due }, { signal })
      if (!progress.done) continue
      if (page.every(each => rows.get(each)!.seeds !== null)) return
      over ??= AbortSignal.timeout(SEEDS_MS)
    }
  } catch (error) {
    if (!over?.aborted || signal.aborted) throw error
  } finally {
    await api.endSearch({ id }, { signal: AbortSignal.timeout(SEEDS_MS) }).catch(() => {})
  }
}
