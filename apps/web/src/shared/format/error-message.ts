import { findText } from '@shoal/messages'
import { headlines } from '../messages/errors.ts'

/** The error's own message, which is English, with a capital letter. In other languages it follows a headline that its code selects. */
export function errorMessage(error: unknown): string {
  const { code, message = String(error) } = (error ?? {}) as {
    readonly code?: string
    readonly message?: string
  }
  const detail = message.charAt(0).toUpperCase() + message.slice(1)
  const headline = headlines && findText(headlines, String(code))
  return headline ? `${headline}: ${detail}` : detail
}
