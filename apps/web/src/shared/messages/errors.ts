import type { ErrorCode } from '@shoal/torrent'
import { language } from './language.ts'

/** Error codes of the node's API that are not codes of the engine. */
type ApiCode =
  | 'account-waiting'
  | 'ambiguous'
  | 'bad-device-list'
  | 'bad-login'
  | 'bad-passkey'
  | 'bad-request'
  | 'conflict'
  | 'damaged'
  | 'exists'
  | 'fixed'
  | 'forbidden'
  | 'forbidden-path'
  | 'full'
  | 'no-metadata'
  | 'no-passkeys'
  | 'removed'
  | 'too-many-attempts'
  | 'too-many-requests'
  | 'unauthorized'

type Headlines = Readonly<Record<ErrorCode | ApiCode, string>>

const loads = {
  /** Messages of errors are English already. */
  en: async () => ({ default: null }),
  de: (): Promise<{ readonly default: Headlines }> => import('@shoal/api/error-texts/de'),
}

/** Short descriptions of error codes, for languages other than English. Null in English. */
export const headlines: Headlines | null = (await loads[language]()).default

/**
 * Translates a message of the node into the language of the page; returns null if it does not know
 * the message. Set by programs that load the texts.
 */
export const translation: { say: ((message: string) => string | null) | null } = { say: null }
