/**
 * Splits text into words, for the index and for display. The index's tokenizer is FTS5's unicode61:
 * it splits at everything that is neither letter nor digit (such as `.`, `_` and `-`), and drops
 * case and diacritics.
 */

/**
 * Scripts without spaces between words: each character is a word, and the query is looked up as a
 * phrase.
 */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}'
const UNSPACED_SIGN = new RegExp(`[${UNSPACED}]`, 'v')
const UNSPACED_SIGNS = new RegExp(`[${UNSPACED}]`, 'gv')
const WORDS = new RegExp(`[${UNSPACED}]|[[\\p{L}\\p{N}\\p{M}\\p{Co}]--[${UNSPACED}]]+`, 'gv')
const NOT_ASCII = /[^\0-\x7f]/
const EACH_NOT_ASCII = /[^\0-\x7f]/g
const FOLDED = new Map<string, string>()
/** Real text never has more combining characters in a row. */
const MAX_FOLDED = 70_000

/** Prepares text for the index, and queries for lookup. */
export function toIndexed(text: string): string {
  if (!NOT_ASCII.test(text)) return text.replaceAll('\0', ' ')
  const plain = withoutSharpS(text.toWellFormed().normalize('NFKC')).replaceAll('\0', ' ')
  return UNSPACED_SIGN.test(plain) ? plain.replace(UNSPACED_SIGNS, ' $& ') : plain
}

/** Drops case and diacritics but keeps the length, so that positions match those in the text. */
export function foldInPlace(text: string): string {
  const lower = text.toLowerCase()
  // A capital I with a dot becomes two characters.
  const sameLength = lower.length === text.length ? lower : text.replace(/[A-Z]/g, sign => sign.toLowerCase())
  return NOT_ASCII.test(sameLength) ? sameLength.replace(EACH_NOT_ASCII, foldSign) : sameLength
}

/** Returns the words of a text, folded. */
export function splitWords(text: string): string[] {
  return foldInPlace(withoutSharpS(text.normalize('NFKC'))).match(WORDS) ?? []
}

/**
 * Returns a pattern that finds a folded word in text processed by `foldInPlace`. `isOpen`: the word
 * may be a prefix.
 */
export function wordPattern(word: string, isOpen: boolean): string {
  const pattern = word.replaceAll('ss', '(?:ss|ß)')
  // A single s typed so far may be half of an ß.
  return isOpen && !pattern.endsWith(')') ? pattern.replace(/s$/, '[sß]') : pattern
}

/**
 * ß is typed as ss on keyboards without it, and in capitals; the tokenizer treats it as a separate
 * letter.
 */
function withoutSharpS(text: string): string {
  return text.replace(/[ßẞ]/g, 'ss')
}

/** Whether no space separates this word from the next. */
export function isUnspaced(word: string): boolean {
  return UNSPACED_SIGN.test(word)
}

function foldSign(sign: string): string {
  const known = FOLDED.get(sign)
  if (known !== undefined) return known
  // A lone mark has no base: keep it.
  const folded = sign.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()[0] ?? sign
  if (FOLDED.size < MAX_FOLDED) FOLDED.set(sign, folded)
  return folded
}
