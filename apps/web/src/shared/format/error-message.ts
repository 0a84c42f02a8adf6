import { findText } from '@shoal/messages'
import { headlines, translation } from '../messages/errors.ts'

/**
 * Says an error in the language of the page. Where that has no text for the error, its own message, which is English, follows a headline that its
 * code selects.
 */
export function errorMessage(error: unknown): string {
  const { code, message = String(error) } = (error ?? {}) as {
    readonly code?: string
    readonly message?: string
  }
  const said = translation.say?.(message)
  if (said) return capital(said)
  const headline = headlines && findText(headlines, String(code))
  return headline ? `${headline}: ${capital(message)}` : capital(message)
}

/** Says a message of the node that has no code, such as that of a tracker, in the language of the page as far as that has a text for it. */
export const nodeMessage = (message: string): string => translation.say?.(message) ?? message

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
