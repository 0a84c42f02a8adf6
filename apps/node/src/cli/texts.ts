/** The texts of the command line. Only the catalog of the user's language is loaded. */
import { AVAILABLE, type Catalogs, chooseLanguage, type Language, type Texts, toTexts } from '@shoal/messages'
import { setLanguage } from '@shoal/options'
import type { en } from './messages/en/index.ts'

const catalogs: Catalogs<typeof en> = {
  en: async () => ({ default: (await import('./messages/en/index.ts')).en }),
  de: async () => ({ default: (await import('./messages/de/index.ts')).de }),
}

/**
 * The language is that of `--lang`, `SHOAL_LANG` or the locale (POSIX). Output for programs is
 * English.
 */
export function findLanguage(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Language {
  const end = args.indexOf('--')
  const given = end < 0 ? args : args.slice(0, end)
  if (given.includes('--json')) return 'en'
  const at = given.findIndex(word => word === '--lang' || word.startsWith('--lang='))
  const option =
    at < 0 ? '' : given[at] === '--lang' ? (given[at + 1] ?? '') : given[at]!.slice('--lang='.length)
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  return chooseLanguage([option, env.SHOAL_LANG ?? '', locale], AVAILABLE)
}

async function load(language: Language): Promise<Texts<typeof en>> {
  await setLanguage(language)
  const { default: catalog } = await catalogs[language]()
  // A translation has the same messages and arguments, which its test checks.
  return toTexts(catalog, language) as Texts<typeof en>
}

export const LANGUAGE: Language = findLanguage(process.argv.slice(2), process.env)
export const texts: Texts<typeof en> = await load(LANGUAGE)
