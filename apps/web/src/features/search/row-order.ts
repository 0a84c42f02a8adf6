/**
 * Returns the order in which rows are shown. While they are held, those that are shown keep their order, and new ones follow in that of the node; else it
 * is that of the node, best first.
 */
export function settleOrder(
  shown: readonly string[],
  order: readonly string[],
  isHeld: boolean,
): readonly string[] {
  if (!isHeld) return order
  const there = new Set(order)
  const known = new Set(shown)
  return [...shown.filter(id => there.has(id)), ...order.filter(id => !known.has(id))]
}

/** Returns true if both orders are the same. */
export function isSameOrder(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, at) => id === other[at])
}
