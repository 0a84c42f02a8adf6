import type { controls as english } from './en/controls.ts'
import { loadTexts } from './load.ts'

/** Texts of the controls that all pages share. */
export const controls = await loadTexts<typeof english>({
  en: () => import('./en/controls.ts'),
  de: () => import('./de/controls.ts'),
})
