/** Paged lists: the cursor of an operation is the number of the last item read. */

/** Parses a cursor for a store. Returns an empty object without one. */
export function cursorOf<Side extends 'before' | 'after'>(
  side: Side,
  cursor: string | undefined,
): { readonly [Key in Side]?: number } {
  return cursor === undefined ? {} : ({ [side]: Number(cursor) } as { readonly [Key in Side]: number })
}

/** Returns the cursor of the next page. A page that is not full is the last one. */
export function nextOf(items: readonly { readonly number: number }[], limit: number): string | null {
  return items.length < limit ? null : String(items.at(-1)!.number)
}
