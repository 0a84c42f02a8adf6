import type { ChatPerson } from '@shoal/api'
import { shownName } from '../format/shown-name.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: it matches control characters
const DISGUISES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/g
/**
 * More combining marks on one letter than any language uses. They overlap the lines above and
 * below.
 */
const STACKED = /(\p{M}{4})\p{M}+/gu
const SHORT_DID = 6

/**
 * Makes a stranger's text safe to display: shows marks that override the text direction, and cuts
 * stacked combining marks. Line breaks stay.
 */
export function shownText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(DISGUISES, '\ufffd').replace(STACKED, '$1')
}

/** The name of a person, or the end of the DID. */
export function nameOf({ did, name }: Pick<ChatPerson, 'did' | 'name'>): string {
  const shown = name === null ? '' : shownName(name).replace(STACKED, '$1').trim()
  return shown === '' ? shortDid(did) : shown
}

/** Returns the end of a DID, which distinguishes persons with the same name. */
export const shortDid = (did: string): string => `…${did.slice(-SHORT_DID)}`

/**
 * Returns true if the text is a single emoji. Other texts that were sent as reactions are not
 * shown.
 */
export const isEmoji = (text: string): boolean => /^\p{RGI_Emoji}$/v.test(text)
