/** Finds the words of a query in a text, to highlight them. */

/** Returns the words that results must contain: without quotes and without excluded words. */
export function splitQuery(query: string): string[] {
  return query
    .replaceAll('"', ' ')
    .split(/\s+/)
    .filter(word => word !== '' && !word.startsWith('-'))
}

/**
 * Returns the positions where words of the text begin with a word of the query, as [start, end) in
 * UTF-16 units. Case and accents are ignored.
 */
export function findWords(text: string, words: readonly string[]): [number, number][] {
  const { folded, places } = foldText(text)
  const found: [number, number][] = []
  for (const word of words) {
    const wanted = foldText(word).folded
    if (wanted === '') continue
    for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1))
      if (at === 0 || !/[\p{L}\p{N}]/u.test(folded[at - 1]!))
        found.push([places[at]!, places[at + wanted.length]!])
  }
  return found
}

/**
 * Returns the text without case and accents, and the original position of each of its units; the
 * last entry is the end.
 */
function foldText(text: string): { folded: string; places: number[] } {
  let folded = ''
  const places: number[] = []
  let at = 0
  for (const letter of text) {
    const plain = letter.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
    for (let i = 0; i < plain.length; i++) places.push(at)
    folded += plain
    at += letter.length
  }
  return { folded, places: [...places, at] }
}
