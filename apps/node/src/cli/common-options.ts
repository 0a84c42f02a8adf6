import { flag } from './options.ts'

/** Options of every command. */
export const COMMON_OPTIONS = {
  json: flag('Print JSON: one object, or one a line while work goes on'),
  verbose: flag('Print what peers and trackers do, on standard error'),
  help: flag('Show this help', { short: 'h' }),
  version: flag('Show the version', { short: 'V' }),
}
