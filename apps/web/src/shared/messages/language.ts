import { AVAILABLE, chooseLanguage, directionOf, type Language } from '@shoal/messages'
import { remember, remembered } from '../base/remembered.ts'

const KEY = 'shoal.language'
const preferred = preferences()

/** The language of this page; it changes only with a reload. */
export const language = chooseLanguage(preferred, AVAILABLE)

/**
 * Whether the texts are replaced by a pseudo-translation, for tests of the simulated console:
 * `?mock&lang=pseudo`.
 */
export const isPseudo = preferred[0] === 'pseudo'

/**
 * The language with the region that the browser prefers, if it has one for this language: `en-GB`.
 * For numbers, dates and sorting.
 */
export const locale = preferred.find(tag => tag.split('-')[0] === language) ?? language

/** Returns the stored choice, or null if the browser's preference decides. */
export function chosenLanguage(): Language | null {
  return AVAILABLE.find(each => each === remembered(KEY)) ?? null
}

/**
 * Stores the choice and reloads the page in that language. Null returns to the browser's
 * preference.
 */
export function setLanguage(chosen: Language | null): void {
  remember(KEY, chosen)
  location.reload()
}

/**
 * Sets the language of the document, for the browser and the style sheets. Called once before the
 * first frame.
 */
export function showLanguage(): void {
  document.documentElement.lang = language
  document.documentElement.dir = directionOf(language)
}

/**
 * Returns the preferred languages, best first. The name of a worker is the language of its page;
 * elsewhere, as in tests, it is English.
 */
function preferences(): readonly string[] {
  if (typeof document === 'undefined') return [(globalThis as { name?: string }).name ?? '']
  const mock = sessionItem('shoal.mock') ?? location.search
  const asked = new URLSearchParams(mock)
  const stored = remembered(KEY)
  return [
    ...(asked.has('mock') ? asked.getAll('lang') : []),
    ...(stored === null ? [] : [stored]),
    ...navigator.languages,
  ]
}

function sessionItem(key: string): string | null {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}
