import { sharePage } from './en/share-page.ts'

/** The texts that a translation must have. */
export type SharePageTexts = typeof sharePage

/** The texts of the page that a share link opens: apart from those of the console, which it does not load. */
export const texts: SharePageTexts = sharePage
