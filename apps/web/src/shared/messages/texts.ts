import type console from './en/console.ts'
import { en } from './en.ts'
import { loadTexts } from './load.ts'

const loaded = await loadTexts<typeof console>({
  en: () => import('./en/console.ts'),
  de: () => import('./de/console.ts'),
})

/** The texts of the console, in its language. */
export const texts = { ...en, ...loaded }
