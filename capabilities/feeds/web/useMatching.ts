import { useEffect, useMemo, useState } from 'react'
import type { FeedItem } from '../schemas.ts'
import { Matcher } from './matcher.ts'
import type { FilterTexts, Matching } from './matching.ts'

const shared = new Matcher(
  () => new Worker(new URL('./matching.worker.ts', import.meta.url), { type: 'module' }),
)

export interface ShownMatching {
  /** Undefined before the first result; then the last result. */
  readonly matching: Matching | undefined
  readonly found: readonly FeedItem[]
}

let pages = 0

/** Keeps a worker while a component on the page needs it. */
function useMatcher(): Matcher {
  useEffect(() => {
    pages++
    return () => {
      pages--
      if (pages === 0) shared.close()
    }
  }, [])
  return shared
}

/** Finds the items that a filter matches, in a worker: no pattern blocks the page. */
export function useMatching(items: readonly FeedItem[], { include, exclude }: FilterTexts): ShownMatching {
  const matcher = useMatcher()
  const [shown, setShown] = useState<ShownMatching>({ matching: undefined, found: [] })
  const titles = useMemo(() => items.map(({ title }) => title), [items])
  useEffect(() => {
    const controller = new AbortController()
    matcher.match({ include, exclude }, titles, controller.signal).then(
      matching =>
        controller.signal.aborted ||
        setShown({ matching, found: matching.kind === 'fits' ? matching.at.map(at => items[at]!) : [] }),
      // The last result is kept if the request was cancelled or no worker is available.
      () => {},
    )
    return () => controller.abort()
  }, [matcher, titles, items, include, exclude])
  return shown
}
