import { value } from '@shoal/options'

/** Options that open a sealed share. This file is loaded with the help, so it imports nothing else. */
export const UNLOCK_OPTIONS = {
  passphraseFile: value('FILE', {
    help: 'The passphrase of a sealed share or key file: the first line of this file, - for standard input. Default: it is asked for',
  }),
  keyFile: value('FILE', {
    help: 'Your key file, from shoal key or age-keygen, for shares that are sealed to you. Default: that of shoal key',
  }),
}
