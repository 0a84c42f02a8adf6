import { sealing } from './en/sealing.ts'

/** The texts that a translation must have. */
export type SealingTexts = typeof sealing

export const texts: SealingTexts = sealing
