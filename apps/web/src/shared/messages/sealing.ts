import { sealing } from './en/sealing.ts'

/** What a translation must have. */
export type SealingTexts = typeof sealing

export const texts: SealingTexts = sealing
