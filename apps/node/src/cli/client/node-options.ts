import { type OptionValues, value } from '@shoal/options'

/** Options that say which node a command talks to. */
export const NODE_OPTIONS = {
  node: value('URL', { help: 'The node: http://HOST:PORT. Default: SHOAL_NODE, else the one of --data-dir' }),
  token: value('TOKEN', { help: 'Its token. Better in SHOAL_TOKEN, where other users cannot see it' }),
  username: value('NAME', { help: 'User name; with --password-file. Default: SHOAL_USERNAME' }),
  passwordFile: value('FILE', {
    help: 'The password: the first line of this file. Default: SHOAL_PASSWORD_FILE',
  }),
  dataDir: value('DIR', { help: 'Data folder of a node on this machine. Default: SHOAL_DATA_DIR' }),
}

/** The same for commands that work without a node unless one is given. */
export const OPTIONAL_NODE_OPTIONS = {
  ...NODE_OPTIONS,
  node: value('URL', {
    help: 'Let this node do it: http://HOST:PORT, or "local" for the one of --data-dir',
  }),
}

export type NodeOptions = OptionValues<typeof NODE_OPTIONS>
