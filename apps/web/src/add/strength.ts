export type Strength = 'weak' | 'fair' | 'strong'

/** Bits from which on guessing takes years of many machines, and from which on nobody tries. */
const [FAIR_BITS, STRONG_BITS] = [40, 60] as const
/** Of a word that was drawn from a list of some thousands. */
const WORD_BITS = 11
const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[^A-Za-z0-9]/, 33],
]

/**
 * How hard a passphrase is to guess, roughly and rather too low than too high: it knows no dictionary, so that a run of letters counts as a word, and
 * what repeats or goes on as on a keyboard's row of numbers counts for nothing.
 */
export function strengthOf(passphrase: string): { strength: Strength; bits: number } {
  const bits = Math.min(bitsOfWords(passphrase), bitsOfCharacters(passphrase))
  return { bits, strength: bits >= STRONG_BITS ? 'strong' : bits >= FAIR_BITS ? 'fair' : 'weak' }
}

/** Each word once; letters and digits between them by themselves. */
function bitsOfWords(text: string): number {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? []
  const rest = text.replace(/\p{L}{3,}/gu, '')
  // Mixed into one another, letters of both cases are no words.
  const mixed = /[a-z][A-Z]+[a-z]|[A-Z]{2,}[a-z]+[A-Z]/.test(text) ? text.length : 0
  return new Set(words).size * WORD_BITS + bitsOfCharacters(rest.replace(/[\s.,_-]/g, '')) + mixed * 3
}

function bitsOfCharacters(text: string): number {
  const characters = [...text]
  const pool = CLASSES.reduce((sum, [pattern, size]) => sum + (pattern.test(text) ? size : 0), 0)
  const telling = characters.filter((character, at) => {
    const step = character.codePointAt(0)! - (characters[at - 1]?.codePointAt(0) ?? -9)
    return Math.abs(step) > 1
  })
  return Math.min(telling.length, 2 * new Set(characters).size) * Math.log2(Math.max(pool, 1))
}
