import { type Texts, toTexts } from '@shoal/messages'
import { en } from './messages/en.ts'

let current: Texts<typeof en> | undefined

/** The texts of errors, in the program's language. */
export function texts(): Texts<typeof en> {
  current ??= toTexts(en, 'en')
  return current
}

/** Sets the language of errors for the whole program. Without it, they are English. */
export async function setLanguage(language: 'en' | 'de'): Promise<void> {
  if (language === 'en') current = undefined
  else current = toTexts((await import('./messages/de.ts')).de as unknown as typeof en, language)
}
