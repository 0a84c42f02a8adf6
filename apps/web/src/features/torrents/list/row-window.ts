/** The rendered range of equally high rows: the visible ones, and some around them. */
export interface RowWindow {
  readonly first: number
  /** Exclusive. */
  readonly end: number
}

export interface Viewport {
  readonly scrollTopPx: number
  /** Without the header, which covers the first rows. */
  readonly heightPx: number
}

/** Rows that are rendered above and below the visible ones. */
const AROUND = 4
/**
 * The window moves by this many rows at a time: a frame with other rows is expensive for the
 * browser, even if only a few are new.
 */
const STEP = 4

/**
 * Returns the rows to render. Their number is constant for a viewport, if there are enough rows:
 * each new row replaces one that leaves.
 */
export function windowAt({ scrollTopPx, heightPx }: Viewport, rowPx: number, count: number): RowWindow {
  const rows = Math.min(count, Math.ceil(heightPx / rowPx) + STEP + 2 * AROUND)
  const wanted = Math.floor((scrollTopPx / rowPx - AROUND) / STEP) * STEP
  const first = Math.max(0, Math.min(count - rows, wanted))
  return { first, end: first + rows }
}

/**
 * Returns the rows of a window by slot. A row keeps its slot while it is in the window, so that its
 * elements stay unchanged; a new row reuses the elements of one that left.
 */
export function listSlots({ first, end }: RowWindow): number[] {
  const count = end - first
  return Array.from({ length: count }, (_, slot) => first + ((((slot - first) % count) + count) % count))
}

/**
 * Returns the scroll position that shows a row and its neighbour, if there is one; null if they are
 * visible already.
 */
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
