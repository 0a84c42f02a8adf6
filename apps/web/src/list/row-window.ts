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
const AROUND = 6
/** The window moves by so many rows at a time: fewer renders than one a row. */
const STEP = 4

export function windowAt({ scrollTopPx, heightPx }: Viewport, rowPx: number, count: number): RowWindow {
  const top = Math.max(0, Math.floor(scrollTopPx / rowPx) - AROUND)
  const bottom = Math.ceil((scrollTopPx + heightPx) / rowPx) + AROUND
  const end = Math.min(count, Math.ceil(bottom / STEP) * STEP)
  return { first: Math.min(Math.floor(top / STEP) * STEP, end), end }
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
