/**
 * Options for starting a node. Each is described once, here, and can be given on the command line (`--peer-port 6881`), in the
 * environment (`SHOAL_PEER_PORT=6881`) and in a settings file (`{ "peerPort": 6881 }`), in this order.
 */
import { isIP } from 'node:net'
import { delimiter, join } from 'node:path'
import {
  completeOptions,
  environmentLayer,
  fileLayer,
  flag,
  integer,
  type Layer,
  list,
  type OptionValues,
  oneOf,
  path,
  value,
  variableName,
} from '@shoal/options'
import { Failure, UsageError } from '../base/failure.ts'
import { fixedSetting } from '../base/settings.ts'
import type { StartOptions } from '../node/start.ts'

const port = integer(0, 65_535)

export const START_OPTIONS = {
  port: value('N', {
    help: 'Port of console and API: 0 for any free one. Default 8420',
    parse: port,
  }),
  host: value('ADDRESS', {
    help: 'Address of console and API. Default 127.0.0.1: this machine only. Others need a password',
    parse: host,
  }),
  dataDir: value('DIR', {
    help: 'Where the node keeps its catalogue and token',
    parse: path,
  }),
  dir: value('DIR', {
    short: 'd',
    help: 'Where downloads go. Default: ~/Shoal, or as the settings say',
    parse: path,
  }),
  username: value('NAME', { help: 'User name; with --password-file', parse: username }),
  passwordFile: value('FILE', {
    help: 'The password: the first line of this file',
    parse: path,
  }),
  config: value('FILE', {
    help: 'Settings file. Default: config.json in the data dir',
    parse: path,
  }),
  peerPort: value('N', {
    help: 'Port to accept peers on: 0 for any. Default 6881, or as the settings say',
    parse: port,
  }),
  peerHost: value('ADDRESS', {
    help: 'Address to accept peers at, such as that of a VPN. Default: all',
    parse: address,
  }),
  allowDir: list('DIR', {
    separator: delimiter,
    help: 'Files may be shared from and downloaded to this folder too',
    parse: path,
  }),
  allowedHost: list('NAME', {
    separator: ',',
    help: 'A name that browsers reach the node by, such as that of a proxy in front of it',
    parse: hostName,
  }),
  trustedProxy: list('ADDRESS', {
    separator: ',',
    help: 'Address or network (10.0.0.0/8) of a proxy whose X-Forwarded-For is believed, so that wrong passwords count for who sent them',
    parse: network,
  }),
  noTracker: flag('Run no tracker inside the node: the setting network.ownTracker=off'),
  publicUrl: value('URL', {
    help: 'How others reach this node, such as http://203.0.113.7:8420: what is shared then names its tracker',
    parse: publicUrl,
  }),
  logLevel: value('LEVEL', {
    help: 'debug, info (default), warn or error',
    parse: oneOf('debug', 'info', 'warn', 'error'),
  }),
  set: list('NAME=VALUE', {
    separator: ';',
    help: 'A setting by its dotted name, such as network.dht=off: it holds whatever the console says',
    parse: fixedSetting,
  }),
  open: flag('Open the console in the browser'),
}

export const START_VARIABLES = 'SHOAL_'
const IN_FILES = Object.keys(START_OPTIONS).filter(key => key !== 'config')

/** The environment of the options. */
export interface StartSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working folder, absolute. */
  readonly cwd: string
  readonly defaultDataDir: string
  /** Content of a file; null when there is none. Throws what a person can read when it cannot be read. */
  readFile(path: string): string | null
}

/**
 * Reads all places. `given` are the options of the command line. Throws UsageError, with the place of the mistake, and `not-found` for a
 * settings file that was named but does not exist.
 */
export function readStartOptions(
  given: OptionValues<typeof START_OPTIONS>,
  { env, cwd, defaultDataDir, readFile }: StartSurroundings,
): StartOptions {
  const layers: Layer[] = [environmentLayer(env, START_VARIABLES, START_OPTIONS, cwd)]
  const outer = completeOptions(START_OPTIONS, given, layers)
  const config = outer.config ?? join(outer.dataDir ?? defaultDataDir, 'config.json')
  const content = readFile(config)
  if (content === null && outer.config !== undefined)
    throw new Failure('not-found', `there is no settings file ${config}`)
  if (content !== null) {
    const file = fileLayer(config, content, IN_FILES)
    if (outer.config === undefined && file.keys.includes('dataDir'))
      throw new UsageError(
        `${config}: dataDir cannot be set in the file that is found through it: give --data-dir or ${variableName(START_VARIABLES, 'dataDir')}`,
      )
    layers.push(file)
  }
  const options = completeOptions(START_OPTIONS, given, layers)
  checkPassword(options)
  return {
    ...options,
    port: options.port ?? 8420,
    host: options.host ?? '127.0.0.1',
    dataDir: options.dataDir ?? defaultDataDir,
    config: content === null ? undefined : config,
    logLevel: options.logLevel ?? 'info',
  }
}

function checkPassword({ username, passwordFile }: OptionValues<typeof START_OPTIONS>): void {
  if (username !== undefined && passwordFile === undefined)
    throw new UsageError('a user name needs a password: give --password-file FILE too')
  if (passwordFile !== undefined && username === undefined)
    throw new UsageError('a password needs a user name: give --username NAME too')
}

function address(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare)) return bare
  throw new UsageError(`"${text}" is not an IP address`)
}

/** An address, or the network that it begins with so many bits. */
function network(text: string): string {
  const [, bare = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(bare)
  if (family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128)) return text
  throw new UsageError(`"${text}" is neither an IP address nor a network such as 10.0.0.0/8`)
}

/** An address, or a name of this machine. */
function host(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) ? bare : hostName(text)
}

function hostName(text: string): string {
  const name = text.toLowerCase()
  if (!/^(?!.*\.\.)[a-z0-9_]([a-z0-9_.-]{0,252})$/.test(name))
    throw new UsageError(`"${text}" is neither an address nor a host name: write it without port and http://`)
  return name
}

function publicUrl(text: string): string {
  const url = URL.parse(text)
  if (url && /^https?:\/\/[^\s/?#@]+\/?$/i.test(text)) return url.origin
  throw new UsageError(`"${text}" is not an address such as http://203.0.113.7:8420`)
}

function username(text: string): string {
  // RFC 7617: a user name has no colon.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it refuses.
  if (text.length > 255 || text.trim() === '' || /[:\u0000-\u001f\u007f]/.test(text))
    throw new UsageError('a user name has 1 to 255 characters, and no colon')
  return text
}
