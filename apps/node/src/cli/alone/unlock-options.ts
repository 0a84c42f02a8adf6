import { value } from '@shoal/options'
import { texts } from '../texts.ts'

/** Options that open a sealed share. This file is loaded with the help, so it imports nothing else. */
export const UNLOCK_OPTIONS = {
  passphraseFile: value('FILE', {
    help: texts.unlockOptions.passphraseFile,
  }),
  keyFile: value('FILE', {
    help: texts.unlockOptions.keyFile,
  }),
}
