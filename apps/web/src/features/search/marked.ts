export interface Part {
  readonly at: number
  readonly part: string
  readonly hit: boolean
}

/**
 * Splits a text at its matches, each [start, end). Overlapping matches are joined; those outside
 * the text are clipped, and empty ones ignored.
 */
export function marked(text: string, matches: readonly (readonly [number, number])[]): Part[] {
  const parts: Part[] = []
  let at = 0
  const add = (end: number, hit: boolean) => {
    if (end > at) parts.push({ at, part: text.slice(at, end), hit })
    at = Math.max(at, end)
  }
  for (const [start, end] of [...matches].sort((a, b) => a[0] - b[0])) {
    add(Math.min(start, text.length), false)
    add(Math.min(end, text.length), true)
  }
  add(text.length, false)
  return parts
}
