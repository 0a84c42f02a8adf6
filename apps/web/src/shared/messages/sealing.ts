import type english from './en/sealing.ts'
import { loadTexts } from './load.ts'

/** The texts about sealed shares, which most visitors of the share page do not need. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/sealing.ts'),
  de: () => import('./de/sealing.ts'),
})
