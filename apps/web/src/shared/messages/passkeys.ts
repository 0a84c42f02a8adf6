import type english from './en/passkeys.ts'
import { loadTexts } from './load.ts'

/** The texts about passkeys, for the console and for the page of a hub. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/passkeys.ts'),
  de: () => import('./de/passkeys.ts'),
})
