import { loadTexts } from '@shoal/web/shared/messages/load.ts'
import type english from '../messages/en/web.ts'

export const texts = await loadTexts<typeof english>({
  en: () => import('../messages/en/web.ts'),
  de: () => import('../messages/de/web.ts'),
})
