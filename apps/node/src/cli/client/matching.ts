/**
 * Returns the items accepted by the first test that accepts any: the strictest test comes first.
 */
export function firstMatching<T>(
  items: readonly T[],
  tests: readonly ((item: T) => boolean)[],
): readonly T[] {
  for (const test of tests) {
    const found = items.filter(test)
    if (found.length > 0) return found
  }
  return []
}
