export interface Part {
  readonly at: number
  readonly part: string
  readonly hit: boolean
}

/** Cuts a text at its matches, [start, end) each. Matches that overlap, lie outside or are empty are joined, cut or left out. */
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
