/**
 * Returns the display order of rows. While it is held, shown rows keep their order, and new ones
 * follow in the order of the node. Otherwise it is the order of the node, best first.
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
