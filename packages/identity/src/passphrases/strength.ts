import { COMMON_WORDS } from './common-words.ts'

export type Strength = 'weak' | 'fair' | 'strong'

/**
 * Number of bits from which guessing takes years of many machines, and number from which it is
 * hopeless.
 */
const [FAIR_BITS, STRONG_BITS] = [40, 60] as const
/**
 * Entropy of a word drawn from a list of some thousands, and of a word that comes to mind first.
 */
const [WORD_BITS, COMMON_BITS] = [11, 5] as const
/** Entropy of a year at the end of a passphrase. */
const YEAR_BITS = 6
const YEAR = /(?<!\d)(?:19|20)\d\d(?!\d)/g
const CLASSES: readonly (readonly [RegExp, number])[] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[^A-Za-z0-9]/, 33],
]

/**
 * Estimates how hard a passphrase is to guess, roughly and on the low side: it knows no dictionary
 * but the most common words, so a run of letters counts as a word, and text that repeats or
 * continues a keyboard's row of numbers counts for nothing.
 */
export function estimateStrength(passphrase: string): { strength: Strength; bits: number } {
  const bits = Math.min(bitsOfWords(passphrase), bitsOfCharacters(passphrase))
  return { bits, strength: bits >= STRONG_BITS ? 'strong' : bits >= FAIR_BITS ? 'fair' : 'weak' }
}

/**
 * Each word once; words may be recognized by their capitals alone. Letters and digits between them
 * count by themselves.
 */
function bitsOfWords(text: string): number {
  const years = new Set(text.match(YEAR) ?? [])
  const parted = text.replace(YEAR, ' ').replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
  const words = new Set<string>()
  const rest = parted.replace(/\p{L}+/gu, run => {
    const word = run.toLowerCase()
    // Among shorter runs, only common words count as words; others are single letters.
    if (run.length < 3 && !COMMON_WORDS.has(word)) return run
    words.add(word)
    return ''
  })
  const ofWords = [...words].map(word => (COMMON_WORDS.has(word) ? COMMON_BITS : WORD_BITS))
  const sum = ofWords.reduce<number>((total, bits) => total + bits, years.size * YEAR_BITS)
  return sum + bitsOfCharacters(rest.replace(/[\s.,_-]/g, ''))
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

/** Whether a new passphrase is refused unless its owner insists. */
export function isWeak(passphrase: string): boolean {
  return estimateStrength(passphrase).strength === 'weak'
}
