/** Finds the words of a query in a text, to mark them. */

/** Returns the words that results must have: without quotes, without the excluded ones. */
export function splitQuery(query: string): string[] {
  return query
    .replaceAll('"', ' ')
    .split(/\s+/)
    .filter(word => word !== '' && !word.startsWith('-'))
}

/** Returns where words of the text begin with a word of the query, whatever the case and the accents, as [start, end) in UTF-16 units. */
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

/** The text without case and accents, and where each of its units comes from; the last place is the end. */
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
