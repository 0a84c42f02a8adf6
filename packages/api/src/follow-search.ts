/** Follows a node's search while it finds rows, for screens and commands. It loads no schemas. */
import type { CallOptions } from './contract.ts'
import type { EventOf, NodeEvent, Topic } from './events.ts'
import type { InputOf, NodeApi } from './operations.ts'
import type { SearchProgress, SearchRow } from './schemas/network-search.ts'

/** Time limit for ending the search at the node when the follower stops. */
const END_MS = 8000

/** A node, and its events. */
export interface ListenedNode {
  readonly api: Pick<NodeApi, 'startSearch' | 'readSearch' | 'endSearch'>
  /**
   * The events of topics until the signal aborts. Events may have been lost before a `resync`, and
   * before a `hello` that is not the first event.
   */
  events(topics: readonly Topic[], options: { readonly signal: AbortSignal }): AsyncIterable<NodeEvent>
}

/** The state of a search after each change. */
export interface FoundSoFar {
  /** All rows, best first. */
  readonly rows: readonly SearchRow[]
  /** Rows that are new or have changed since the previous state. */
  readonly changed: readonly SearchRow[]
  readonly progress: Omit<SearchProgress, 'rows'>
  /**
   * All rows have arrived, and no seeds are being counted. Later changes are possible, but need not
   * be waited for.
   */
  readonly isFinal: boolean
}

/**
 * Searches the network and the node's own list, and yields all rows after each change. It continues
 * after the final state, and ends the search at the node when it is ended itself. Throws the
 * signal's reason, and `not-found` if the node forgets the search before all rows have arrived.
 */
export async function* followSearch(
  { api, events }: ListenedNode,
  input: InputOf<'startSearch'>,
  signal: AbortSignal,
): AsyncGenerator<FoundSoFar> {
  const started = await api.startSearch(input, { signal })
  const { id } = started
  const known = new KnownRows()
  const listening = new AbortController()
  try {
    yield known.add(started)
    const options = { signal: AbortSignal.any([signal, listening.signal]) }
    let isFirst = true
    for await (const event of events([`search:${id}`], options)) {
      const news = await known.newsOf(event, isFirst, since => api.readSearch({ id, since }, options))
      isFirst = false
      if (news) yield known.add(news)
    }
    signal.throwIfAborted()
  } catch (error) {
    // A node forgets finished searches when there are many.
    if (!known.isDone || (error as { code?: unknown }).code !== 'not-found') throw error
  } finally {
    listening.abort()
    await api.endSearch({ id }, endOptions()).catch(() => {})
  }
}

const endOptions = (): CallOptions => ({ signal: AbortSignal.timeout(END_MS) })

/** The rows of a search as far as they are known. */
class KnownRows {
  readonly #rows = new Map<string, SearchRow>()
  #revision = 0
  isDone = false

  /** Returns what an event adds, or what was missed before it. Null if there is nothing new. */
  async newsOf(
    event: NodeEvent,
    isFirst: boolean,
    read: (since: number) => Promise<SearchProgress>,
  ): Promise<SearchProgress | null> {
    const hasLost = event.type === 'resync' || (event.type === 'hello' && !isFirst)
    const isGap = event.type === 'search' && event.after > this.#revision
    const news = hasLost || isGap ? await read(this.#revision) : event
    return isProgress(news) && news.revision > this.#revision ? news : null
  }

  add({ rows: changed, ...progress }: SearchProgress): FoundSoFar {
    this.#revision = progress.revision
    this.isDone = progress.done
    for (const row of changed) this.#rows.set(row.id, row)
    const rows = progress.order.map(id => this.#rows.get(id)!)
    return { rows, changed, progress, isFinal: progress.done && rows.every(({ counting }) => !counting) }
  }
}

function isProgress(news: NodeEvent | SearchProgress): news is EventOf<'search'> | SearchProgress {
  return 'order' in news
}
