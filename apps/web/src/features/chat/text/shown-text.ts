import type { ChatPerson } from '@shoal/api'
import { shownName } from '../../../shared/format/shown-name.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it finds.
const DISGUISES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/g
/** More marks on one letter than any language has. They reach into the lines above and below. */
const STACKED = /(\p{M}{4})\p{M}+/gu
const SHORT_DID = 6

/** A stranger's text as it is shown: marks that override the direction of text become visible, and piles of marks are cut. Lines stay. */
export function shownText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(DISGUISES, '\ufffd').replace(STACKED, '$1')
}

/** The name of a person, or the end of the DID. */
export function nameOf({ did, name }: Pick<ChatPerson, 'did' | 'name'>): string {
  const shown = name === null ? '' : shownName(name).replace(STACKED, '$1').trim()
  return shown === '' ? shortDid(did) : shown
}

/** The end of a DID, which tells persons with the same name apart. */
export const shortDid = (did: string): string => `…${did.slice(-SHORT_DID)}`

/** Returns true if this is one emoji. Whatever else somebody sent as a reaction is not shown. */
export const isEmoji = (text: string): boolean => /^\p{RGI_Emoji}$/v.test(text)
