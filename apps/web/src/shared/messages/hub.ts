import type english from './en/hub.ts'
import { loadTexts } from './load.ts'

/** The texts of the web page of a hub. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/hub.ts'),
  de: () => import('./de/hub.ts'),
})
