import type english from './en/share-room.ts'
import { loadTexts } from './load.ts'

/** The texts of the room of a share, on the page of its link. */
export const texts = await loadTexts<typeof english>({
  en: () => import('./en/share-room.ts'),
  de: () => import('./de/share-room.ts'),
})
