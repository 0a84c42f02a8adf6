import { Worker } from 'node:worker_threads'
import { atEntry } from '@shoal/api/issues'
import { Failure } from '@shoal/daemon/failure'
import { readFilterText, titleTest } from '../matching.ts'
import type { FeedFilter } from '../schemas.ts'
import type { FilterReply, FilterTexts, FilterWork } from './filter-thread.ts'

/**
 * Many times the duration of a good pattern for all titles of a feed. A pattern that takes longer
 * may never end.
 */
const LIMIT_MS = 2000

/** Throws `bad-request` with the field if a pattern is invalid. */
export function checkFilter(filter: FeedFilter, field = 'filter'): void {
  titleTest(filter, (pattern, member) => {
    try {
      new RegExp(pattern, 'i')
    } catch (cause) {
      const why = (cause as Error).message.replace(/^Invalid regular expression: /, '')
      const message = `this is not a valid regular expression: ${why}`
      const at = `${field}.${member}`
      throw new Failure('bad-request', atEntry(at, pattern, message), { cause, field: at })
    }
    return () => false
  })
}

/**
 * Indexes of the titles that a filter matches; or the Failure `slow-pattern`, or `bad-request` if a
 * pattern is invalid.
 */
export type Matches = readonly number[] | Failure

/**
 * Matches titles with each filter. Patterns run in a thread, because some take years for certain
 * titles. Rejects with the signal's reason if it is aborted.
 */
export async function matchTitles(
  filters: readonly FeedFilter[],
  titles: readonly string[],
  { signal, limitMs = LIMIT_MS }: { signal?: AbortSignal; limitMs?: number } = {},
): Promise<Matches[]> {
  const matches = filters.map(filter => matchAtOnce(filter, titles))
  const left = [...matches.keys()].filter(at => matches[at] === null)
  while (left.length > 0) {
    signal?.throwIfAborted()
    const found = await matchInThread(
      left.map(at => filters[at]!),
      titles,
      { signal, limitMs },
    )
    for (const each of found) matches[left.shift()!] = each
  }
  return matches as Matches[]
}

/** Null if it needs a thread. */
function matchAtOnce(filter: FeedFilter, titles: readonly string[]): Matches | null {
  if (titles.length === 0) return []
  try {
    checkFilter(filter)
  } catch (error) {
    return error as Failure
  }
  if ([filter.include, filter.exclude].some(text => readFilterText(text).kind === 'pattern')) return null
  const matches = titleTest(filter, () => () => false)
  return [...titles.keys()].filter(at => matches(titles[at]!))
}

/**
 * Returns the matches of the first filters. If the last of them is too slow, the thread is
 * terminated.
 */
async function matchInThread(
  filters: readonly FeedFilter[],
  titles: readonly string[],
  { signal, limitMs }: { signal: AbortSignal | undefined; limitMs: number },
): Promise<Matches[]> {
  const texts: FilterTexts[] = filters.map(({ include, exclude }) => ({ include, exclude }))
  const current = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./filter-thread.ts', import.meta.url), {
    name: 'shoal-filters',
    workerData: { filters: texts, titles, current } satisfies FilterWork,
  })
  const found: Matches[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let timer: NodeJS.Timeout | undefined
  const tooSlow = () => {
    found.push(slowFilter(texts[found.length]!, titles[Atomics.load(current, 0)]!))
    resolve()
  }
  const aborted = () => reject(signal!.reason)
  signal?.addEventListener('abort', aborted, { once: true })
  worker.on('message', (reply: FilterReply) => {
    clearTimeout(timer)
    if (reply !== 'ready') found.push(reply)
    // Loading the thread does not count towards the limit.
    if (found.length < filters.length) timer = setTimeout(tooSlow, limitMs)
    else resolve()
  })
  worker.on('error', reject)
  worker.on('exit', () => reject(new Failure('io', 'the thread that runs filters ended: try again')))
  try {
    await promise
    return found
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', aborted)
    await worker.terminate()
  }
}

function slowFilter({ include, exclude }: FilterTexts, title: string): Failure {
  const shown = [include, exclude].filter(text => readFilterText(text).kind === 'pattern').join(' ')
  return new Failure(
    'slow-pattern',
    `the filter ${shown} takes too long to match ${JSON.stringify(title.slice(0, 80))}: simplify it`,
  )
}
