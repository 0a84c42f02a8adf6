import { value } from '../options.ts'

/** What opens a sealed share: loaded with the help, so nothing else is here. */
export const UNLOCK_OPTIONS = {
  passphraseFile: value('FILE', {
    help: 'The passphrase of a sealed share or key file: the first line of this file, - for standard input. Default: it is asked for',
  }),
  keyFile: value('FILE', {
    help: 'The key file for what is sealed to you: of shoal key or age-keygen. Default: the one of shoal key',
  }),
}
