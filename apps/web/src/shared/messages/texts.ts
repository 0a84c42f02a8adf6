import { en } from './en.ts'

/** The texts that a translation must have. */
export type Texts = typeof en

/** The texts in the language of the console. A further language is one more catalogue of this type. */
export const texts: Texts = en
