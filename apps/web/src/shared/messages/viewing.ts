import type english from './en/viewing.ts'
import { loadTexts } from './load.ts'

/** The texts of the player, the viewers and the charts, for both pages. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/viewing.ts'),
  de: () => import('./de/viewing.ts'),
})
