import { type Catalogs, type Language, type Texts, toTexts } from '@shoal/messages'
import { en } from './messages/en.ts'

const catalogs: Catalogs<typeof en> = {
  en: async () => ({ default: en }),
  de: async () => ({ default: (await import('./messages/de.ts')).de }),
}

let current: Texts<typeof en> | undefined

/** Error texts in the program's language. */
export function texts(): Texts<typeof en> {
  current ??= toTexts(en, 'en')
  return current
}

/** Sets the language of errors for the whole program. Without it, they are English. */
export async function setLanguage(language: Language): Promise<void> {
  const { default: catalog } = await catalogs[language]()
  current = toTexts(catalog, language) as Texts<typeof en>
}
