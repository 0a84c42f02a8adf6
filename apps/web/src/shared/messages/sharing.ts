import { sharing } from './en/sharing.ts'

/** The texts that a translation must have. */
export type SharingTexts = typeof sharing

export const texts: SharingTexts = sharing
