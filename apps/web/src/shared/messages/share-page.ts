import type english from './en/share-page.ts'
import { loadTexts } from './load.ts'

/** The texts of the page that a share link opens. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/share-page.ts'),
  de: () => import('./de/share-page.ts'),
})
