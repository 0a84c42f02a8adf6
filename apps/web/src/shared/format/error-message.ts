import { findText } from '@shoal/messages'
import { headlines, translation } from '../messages/errors.ts'

/**
 * Formats an error in the language of the page. If there is no translation, the English message
 * follows a headline that depends on the code.
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

/**
 * Translates a message of the node that has no code, such as that of a tracker, if the page has a
 * text for it.
 */
export const nodeMessage = (message: string): string => translation.say?.(message) ?? message

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
