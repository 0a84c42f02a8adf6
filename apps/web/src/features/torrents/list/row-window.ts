/** Which of many equally high rows are there: those in sight, and some around them. */
export interface RowWindow {
  readonly first: number
  /** After the last. */
  readonly end: number
}

export interface Viewport {
  readonly scrollTopPx: number
  /** Without the head, which covers the first rows. */
  readonly heightPx: number
}

/** Rows that are ready above and below. */
const AROUND = 4
/** The window moves by so many rows at a time: a picture with other rows costs the browser much, however few of them are others. */
const STEP = 4

/** Returns equally many rows for the same viewport, if there are enough: each new row replaces one that leaves. */
export function windowAt({ scrollTopPx, heightPx }: Viewport, rowPx: number, count: number): RowWindow {
  const rows = Math.min(count, Math.ceil(heightPx / rowPx) + STEP + 2 * AROUND)
  const wanted = Math.floor((scrollTopPx / rowPx - AROUND) / STEP) * STEP
  const first = Math.max(0, Math.min(count - rows, wanted))
  return { first, end: first + rows }
}

/**
 * The rows of a window by their slots. A row keeps its slot for as long as it is in the window, so that its elements stay as they are, and one that
 * comes fills the elements of the one that went.
 */
export function listSlots({ first, end }: RowWindow): number[] {
  const count = end - first
  return Array.from({ length: count }, (_, slot) => first + ((((slot - first) % count) + count) % count))
}

/** Where to scroll so that a row is in sight, with its neighbour, if there is one; null when it is already. */
export function scrollTopFor(
  index: number,
  { scrollTopPx, heightPx }: Viewport,
  rowPx: number,
): number | null {
  const above = (index - 1) * rowPx
  const below = (index + 2) * rowPx
  if (above < scrollTopPx) return Math.max(0, above)
  return below > scrollTopPx + heightPx ? below - heightPx : null
}
