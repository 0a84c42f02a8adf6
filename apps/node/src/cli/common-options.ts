import { flag } from '@shoal/options'

/** Options of every command. */
export const COMMON_OPTIONS = {
  json: flag('Print JSON: one object, or one per line while work continues'),
  verbose: flag('Print what peers and trackers do, on standard error'),
  help: flag('Show this help', { short: 'h' }),
  version: flag('Show the version', { short: 'V' }),
}
