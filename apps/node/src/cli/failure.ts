/**
 * Failures of the command line: their messages are in the user's language. Those of engine and node
 * are English.
 */

import { fileFailure as baseFileFailure, describeFailure, Failure } from '@shoal/daemon/failure'
import type { Language } from '@shoal/messages'
import { UsageError } from '@shoal/options'
import { LANGUAGE, texts } from './texts.ts'

type Headlines = Readonly<Record<string, string>>

const loads: Readonly<Record<Language, () => Promise<Headlines>>> = {
  /** The messages are English themselves. */
  en: async () => ({}),
  de: async () => (await import('@shoal/api/error-texts/de')).default,
}

/** Headlines of errors by code, for languages other than that of the messages. */
const headlines = await loads[LANGUAGE]()

type Translate = (message: string) => string | null

/**
 * English needs no translation, and therefore loads no message catalogs, which take a tenth of a
 * command's startup.
 */
const translations: Readonly<Record<Language, () => Promise<Translate>>> = {
  en: async () => () => null,
  async de() {
    const [{ translateMessage }, { default: reasons }] = await Promise.all([
      import('@shoal/api/reasons'),
      import('@shoal/api/reason-texts/de'),
    ])
    return message => translateMessage(message, reasons)
  },
}
const translate = await translations[LANGUAGE]()

/**
 * Translates a message of engine or node, such as that of a tracker, if there is a text for it in
 * the user's language.
 */
export function nodeMessage(message: string): string {
  return translate(message) ?? message
}

/** The work could not be done. The message is in the user's language and says what to do. */
export class CommandFailure extends Failure {}

/**
 * A failure that only the user can fix, such as a port in use. Retrying does not help, and the exit
 * code says so.
 */
export class SetupFailure extends CommandFailure {}

const FILE_ERRORS: Readonly<Record<string, keyof typeof texts.fileErrors>> = {
  ENOENT: 'notFound',
  ENOTDIR: 'notFolder',
  EISDIR: 'isFolder',
  EACCES: 'noPermission',
  EPERM: 'noPermission',
  EROFS: 'readOnly',
  ENOSPC: 'noSpace',
  EDQUOT: 'noQuota',
  ENAMETOOLONG: 'longName',
}

/**
 * Converts a `node:fs` error for `path` to one that users understand. Returns other errors
 * unchanged.
 */
export function fileFailure(error: unknown, path: string): Error {
  const failure = baseFileFailure(error, path)
  const name = FILE_ERRORS[(error as NodeJS.ErrnoException)?.code ?? '']
  if (!(failure instanceof Failure) || !name) return failure
  return new CommandFailure(failure.code, texts.fileErrors[name]({ path }), { cause: error })
}

/**
 * Returns code and message of anything thrown, in the user's language. English messages without a
 * translation get a headline with the kind of error.
 */
export function explainFailure(error: unknown): { code: string; message: string } {
  const failure = describeFailure(error)
  if (error instanceof CommandFailure || error instanceof UsageError) return failure
  const said = translate(failure.message)
  if (said !== null) return { ...failure, message: said }
  const headline = headlines[failure.code]
  return headline === undefined ? failure : { ...failure, message: `${headline}: ${failure.message}` }
}
