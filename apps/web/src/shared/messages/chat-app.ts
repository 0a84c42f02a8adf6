import type english from './en/chat-app.ts'
import { loadTexts } from './load.ts'

/** The texts of the installed chat app, without those of the chat. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/chat-app.ts'),
  de: () => import('./de/chat-app.ts'),
})
