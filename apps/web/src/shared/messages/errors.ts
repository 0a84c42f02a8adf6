import type { ErrorCode } from '@shoal/torrent'
import { language } from './language.ts'

/** Codes of the node's API that are not the engine's. */
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
  /** The messages of errors are English themselves. */
  en: async () => ({ default: null }),
  de: (): Promise<{ readonly default: Headlines }> => import('@shoal/api/error-texts/de'),
}

/** Says in a few words what kind of error a code is, for languages other than that of the errors' messages. Null in English. */
export const headlines: Headlines | null = (await loads[language]()).default

/** Says a message of the node in the language of the page; null if it does not know the message. Programs that load the texts set it. */
export const translation: { say: ((message: string) => string | null) | null } = { say: null }
