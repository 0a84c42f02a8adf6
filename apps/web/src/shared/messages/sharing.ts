import { sharing } from './en/sharing.ts'

/** What a translation must have. */
export type SharingTexts = typeof sharing

export const texts: SharingTexts = sharing
