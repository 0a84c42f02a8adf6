import type english from './en/people.ts'
import { loadTexts } from './load.ts'

/** The texts for comparing keys with people, and for the contacts of the chat app. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/people.ts'),
  de: () => import('./de/people.ts'),
})
