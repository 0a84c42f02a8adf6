/** Numbered words, four in a row, to copy to paper. */
export function inRows(words: readonly string[]): string[] {
  const cells = words.map((word, at) => `${String(at + 1).padStart(2)}. ${word.padEnd(8)}`)
  return Array.from({ length: Math.ceil(cells.length / 4) }, (_, row) =>
    cells
      .slice(4 * row, 4 * row + 4)
      .join('  ')
      .trimEnd(),
  )
}
