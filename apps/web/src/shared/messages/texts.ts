import type english from './en/console.ts'
import { loadTexts } from './load.ts'

/** The texts of the console. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/console.ts'),
  de: () => import('./de/console.ts'),
})
