/** The selected rows. `cursor` is the row with the keyboard, `anchor` is where a range started. */
export interface Selection {
  readonly ids: ReadonlySet<string>
  readonly cursor: string | null
  readonly anchor: string | null
}

export const NOTHING: Selection = { ids: new Set(), cursor: null, anchor: null }

export function only(id: string): Selection {
  return { ids: new Set([id]), cursor: id, anchor: id }
}

/** Handles a Ctrl-click, or the checkbox of a row. */
export function toggled(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, cursor: id, anchor: id }
}

/** Handles a Shift-click: selects from the anchor to the row, in the order of the list. */
export function extended(selection: Selection, id: string, order: readonly string[]): Selection {
  const anchor = selection.anchor !== null && order.includes(selection.anchor) ? selection.anchor : id
  const [first, last] = [order.indexOf(anchor), order.indexOf(id)].sort((a, b) => a - b)
  return { ids: new Set(order.slice(first, last! + 1)), cursor: id, anchor }
}

export function everything(selection: Selection, order: readonly string[]): Selection {
  return { ...selection, ids: new Set(order), cursor: selection.cursor ?? order[0] ?? null }
}

/**
 * Moves the cursor by rows. Selects the new row, extends the selection with `extend`, or only moves
 * with `keep`.
 */
export function moved(
  selection: Selection,
  rows: number,
  order: readonly string[],
  how: 'choose' | 'extend' | 'keep' = 'choose',
): Selection {
  if (order.length === 0) return selection
  const from = selection.cursor === null ? -1 : order.indexOf(selection.cursor)
  const start = from < 0 ? (rows > 0 ? -1 : order.length) : from
  const id = order[Math.max(0, Math.min(order.length - 1, start + rows))]!
  if (how === 'extend') return extended(selection, id, order)
  return how === 'keep' ? { ...selection, cursor: id } : only(id)
}

/** Returns the selection without removed rows: the cursor moves to the row that took its place. */
export function kept(selection: Selection, order: readonly string[], before: readonly string[]): Selection {
  const there = new Set(order)
  const ids = [...selection.ids].filter(id => there.has(id))
  const cursorThere = selection.cursor === null || there.has(selection.cursor)
  if (ids.length === selection.ids.size && cursorThere) return selection
  const place = selection.cursor === null ? -1 : before.indexOf(selection.cursor)
  const cursor = cursorThere
    ? selection.cursor
    : (order[Math.min(Math.max(place, 0), order.length - 1)] ?? null)
  return {
    ids: new Set(ids),
    cursor,
    anchor: selection.anchor !== null && there.has(selection.anchor) ? selection.anchor : cursor,
  }
}
