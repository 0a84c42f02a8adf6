import type english from './en/chat.ts'
import { loadTexts } from './load.ts'

/** The texts of the chat. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/chat.ts'),
  de: () => import('./de/chat.ts'),
})
