import type english from './en/scanning.ts'
import { loadTexts } from './load.ts'

/** The texts about reading QR codes. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/scanning.ts'),
  de: () => import('./de/scanning.ts'),
})
