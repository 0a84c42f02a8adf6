import { AVAILABLE } from '@shoal/messages'
import { flag, value } from '@shoal/options'
import { texts } from './texts.ts'

/** Options of all commands. */
export const COMMON_OPTIONS = {
  json: flag(texts.options.json),
  verbose: flag(texts.options.verbose),
  lang: value('LANGUAGE', {
    help: texts.options.lang({ languages: AVAILABLE.join(', ') }),
    choices: AVAILABLE,
  }),
  help: flag(texts.options.help, { short: 'h' }),
  version: flag(texts.options.version, { short: 'V' }),
}
