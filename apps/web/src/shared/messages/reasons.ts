import { translation } from './errors.ts'
import { language } from './language.ts'

type Texts = Readonly<Record<string, string>>
type Load = () => Promise<readonly [{ readonly default: Texts }, { readonly default: Texts }]>

/**
 * Loads the English texts, with which messages are recognized, and those of the language. The texts
 * for the list of torrents are separate, so that the first screen of the console stays small.
 */
const loads: Readonly<Record<typeof language, { readonly first: Load; readonly more: Load } | null>> = {
  en: null,
  de: {
    first: () =>
      Promise.all([import('@shoal/api/reason-texts/en/first'), import('@shoal/api/reason-texts/de/first')]),
    more: () =>
      Promise.all([import('@shoal/api/reason-texts/en/more'), import('@shoal/api/reason-texts/de/more')]),
  },
}

const loading = new Map<'first' | 'more', Promise<void>>()
let english: Texts = {}
let texts: Texts = {}

/**
 * Loads the error texts for the list of torrents in the language of the page. Never rejects:
 * without the texts, errors show a headline in the language of the page.
 */
export const loadFirstReasons = (): Promise<void> => once('first')

/** Loads all error texts of engine, node and hub. Never rejects. */
export async function loadReasons(): Promise<void> {
  await Promise.all([once('first'), once('more')])
}

/**
 * Fetches. If the request fails, the error texts are loaded first, since the error will be shown.
 */
export const sayingFetch: typeof fetch = async (target, init) => {
  const response = await fetch(target, init)
  if (!response.ok) await loadReasons()
  return response
}

function once(part: 'first' | 'more'): Promise<void> {
  const known = loading.get(part)
  if (known) return known
  const started = load(part).catch(() => void loading.delete(part))
  loading.set(part, started)
  return started
}

async function load(part: 'first' | 'more'): Promise<void> {
  const found = loads[language]
  if (!found) return
  const [{ ReasonMatcher }, [more, translated]] = await Promise.all([
    import('@shoal/api/reason-matcher'),
    found[part](),
  ])
  english = { ...english, ...more.default }
  texts = { ...texts, ...translated.default }
  const matcher = new ReasonMatcher(english)
  translation.say = message => matcher.translate(message, texts)
}
