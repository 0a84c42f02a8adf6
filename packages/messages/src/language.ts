/**
 * The languages of all screens and commands, by their native names. The first is that of the
 * original texts.
 */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

/** Their BCP 47 tags. */
export const AVAILABLE = Object.keys(LANGUAGES) as [Language, ...Language[]]

/**
 * Chooses the language to show: the first that the user prefers and that is available, by its
 * primary subtag (`de` for `de-AT`), or else the first available one.
 *
 * @param preferred BCP 47 tags or POSIX locales (`de_DE.UTF-8`), best first; what is neither is
 * passed over
 */
export function chooseLanguage<Language extends string>(
  preferred: readonly string[],
  available: readonly [Language, ...Language[]],
): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split(/[-_.@]/)[0]
    const found = available.find(language => language === primary)
    if (found !== undefined) return found
  }
  return available[0]
}

/** Languages written from right to left, by primary subtag. Intl cannot tell in every browser. */
const RIGHT_TO_LEFT = ['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi']

/** The direction in which a language is written, for the `dir` attribute of a document. */
export function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.includes(language.toLowerCase().split('-')[0]!) ? 'rtl' : 'ltr'
}
