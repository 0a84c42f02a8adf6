import type english from './en/passkeys.ts'
import { loadTexts } from './load.ts'

/** The texts about passkeys, of the console and of the page of a hub. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/passkeys.ts'),
  de: () => import('./de/passkeys.ts'),
})
