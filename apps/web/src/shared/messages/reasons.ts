import { translateMessage } from '@shoal/api/reasons'
import { translation } from './errors.ts'
import { language } from './language.ts'

const loads = {
  /** The messages of the node are English themselves. */
  en: null,
  de: () => import('@shoal/api/reason-texts/de'),
}

/** Loads what engine and node say when something fails, in the language of the page. */
export async function loadReasons(): Promise<void> {
  const load = loads[language]
  if (!load) return
  const { default: texts } = await load()
  translation.say = message => translateMessage(message, texts)
}
