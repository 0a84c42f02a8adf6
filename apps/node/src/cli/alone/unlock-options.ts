import { flagName, isGiven, UsageError, value } from '@shoal/options'
import { texts } from '../texts.ts'

/**
 * Options that open a sealed share. This file is loaded with the help, so it imports nothing else.
 */
export const UNLOCK_OPTIONS = {
  passphraseFile: value('FILE', {
    help: texts.unlockOptions.passphraseFile,
  }),
  keyFile: value('FILE', {
    help: texts.unlockOptions.keyFile,
  }),
}

/** Throws UsageError with this text for the first of these options that is given. */
export function refuseUnlock(
  options: { readonly passphraseFile?: string | undefined; readonly keyFile?: string | undefined },
  keys: readonly ('passphraseFile' | 'keyFile')[],
  text: (known: { option: string }) => string,
): void {
  const given = keys.find(key => isGiven(options[key]))
  if (given !== undefined) throw new UsageError(text({ option: flagName(given) }))
}
