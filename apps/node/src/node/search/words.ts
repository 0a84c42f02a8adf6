/**
 * How text becomes words, for the index and for what is shown of it. The index's tokenizer is FTS5's unicode61: it splits at everything
 * that is neither letter nor digit (so at `.`, `_` and `-`), and drops case and diacritics.
 */

/** Written without spaces between words: each sign is a word of its own, and what is typed is looked for as a phrase. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}'
const UNSPACED_SIGN = new RegExp(`[${UNSPACED}]`, 'v')
const UNSPACED_SIGNS = new RegExp(`[${UNSPACED}]`, 'gv')
const WORDS = new RegExp(`[${UNSPACED}]|[[\\p{L}\\p{N}\\p{M}\\p{Co}]--[${UNSPACED}]]+`, 'gv')
const NOT_ASCII = /[^\0-\x7f]/
const EACH_NOT_ASCII = /[^\0-\x7f]/g
const FOLDED = new Map<string, string>()
/** More signs than that are in no text. */
const MAX_FOLDED = 70_000

/** Text as it goes into the index, and queries as they are looked up. */
export function toIndexed(text: string): string {
  if (!NOT_ASCII.test(text)) return text.replaceAll('\0', ' ')
  const plain = withoutSharpS(text.toWellFormed().normalize('NFKC')).replaceAll('\0', ' ')
  return UNSPACED_SIGN.test(plain) ? plain.replace(UNSPACED_SIGNS, ' $& ') : plain
}

/** Without case and diacritics, and of the same length, so that places in it are places in the text. */
export function foldInPlace(text: string): string {
  const lower = text.toLowerCase()
  const sameLength = lower.length === text.length ? lower : text
  return NOT_ASCII.test(sameLength) ? sameLength.replace(EACH_NOT_ASCII, foldSign) : sameLength
}

/** The words of a text, folded. */
export function wordsOf(text: string): string[] {
  return foldInPlace(withoutSharpS(text.normalize('NFKC'))).match(WORDS) ?? []
}

/** What finds a folded word in text that went through `foldInPlace`. `isOpen`: the word may go on. */
export function wordPattern(word: string, isOpen: boolean): string {
  const pattern = word.replaceAll('ss', '(?:ss|ß)')
  // The one s that was typed so far may be the half of it.
  return isOpen && !pattern.endsWith(')') ? pattern.replace(/s$/, '[sß]') : pattern
}

/** ß is ss where there is none on the keyboard, and in capitals; the tokenizer takes it for a letter of its own. */
function withoutSharpS(text: string): string {
  return text.replace(/[ßẞ]/g, 'ss')
}

/** Whether no space stands between this word and the next. */
export function isUnspaced(word: string): boolean {
  return UNSPACED_SIGN.test(word)
}

function foldSign(sign: string): string {
  const known = FOLDED.get(sign)
  if (known !== undefined) return known
  // A mark by itself has no base: it stays.
  const folded = sign.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()[0] ?? sign
  if (FOLDED.size < MAX_FOLDED) FOLDED.set(sign, folded)
  return folded
}
