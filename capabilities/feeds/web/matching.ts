import { titleTest } from '../matching.ts'
import type { FeedFilter } from '../schemas.ts'

export type FilterTexts = Pick<FeedFilter, 'include' | 'exclude'>

/**
 * The result of a filter for a list of titles: `fits` contains the indexes of the matching ones.
 */
export type Matching =
  | { readonly kind: 'fits'; readonly at: readonly number[] }
  | { readonly kind: 'unreadable'; readonly member: keyof FilterTexts }
  | { readonly kind: 'slow' }

/** The message that a worker sends before it matches titles. */
export const BEGUN = 'begun'

/**
 * Matches like the node, but without a time limit: a pattern can take years. It therefore runs in a
 * worker, see `matcher.ts`.
 */
export function findMatches(filter: FilterTexts, titles: readonly string[]): Matching {
  let unreadable: keyof FilterTexts | null = null
  const wants = titleTest(filter, (pattern, member) => {
    try {
      const expression = new RegExp(pattern, 'i')
      return title => expression.test(title)
    } catch {
      unreadable ??= member
      return () => false
    }
  })
  if (unreadable) return { kind: 'unreadable', member: unreadable }
  return { kind: 'fits', at: [...titles.keys()].filter(at => wants(titles[at]!)) }
}
