import type english from './en/share-more.ts'
import { loadTexts } from './load.ts'

/** Texts of the share page that are loaded on demand. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/share-more.ts'),
  de: () => import('./de/share-more.ts'),
})
