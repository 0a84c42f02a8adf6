import type english from './en/sharing.ts'
import { loadTexts } from './load.ts'

/** The texts of the share page about sharing, which visitors who open a link do not need. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/sharing.ts'),
  de: () => import('./de/sharing.ts'),
})
