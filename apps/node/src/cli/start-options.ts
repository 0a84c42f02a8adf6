/**
 * Options for starting a node. Each is described once, here, and can be given on the command line (`--peer-port 6881`), in the
 * environment (`SHOAL_PEER_PORT=6881`) and in a settings file (`{ "peerPort": 6881 }`), in this order.
 */
import { isIP } from 'node:net'
import { delimiter, join } from 'node:path'
import { Failure, UsageError } from '../base/failure.ts'
import { fixedSetting } from '../base/settings.ts'
import { nearest } from '../base/suggest.ts'
import type { StartOptions } from '../node/start.ts'
import { flagName, integer, oneOf } from './options.ts'
import {
  commandLineLayer,
  environmentLayer,
  fileLayer,
  type Layer,
  path,
  type StartSetting,
  setting,
  settings,
  startFlag,
  variableName,
} from './start-setting.ts'

const port = integer(0, 65_535)

export const START_SETTINGS = {
  port: setting({
    value: 'N',
    help: 'Port of console and API: 0 for any free one. Default 8420',
    parse: text => port(text),
  }),
  host: setting({
    value: 'ADDRESS',
    help: 'Address of console and API. Default 127.0.0.1: this machine only. Others need a password',
    parse: host,
  }),
  dataDir: setting({
    value: 'DIR',
    help: 'Where the node keeps its catalogue and token',
    parse: path,
  }),
  dir: setting({
    value: 'DIR',
    short: 'd',
    help: 'Where downloads go. Default: ~/Shoal, or as the settings say',
    parse: path,
  }),
  username: setting({ value: 'NAME', help: 'User name; with --password-file', parse: username }),
  passwordFile: setting({
    value: 'FILE',
    help: 'The password: the first line of this file',
    parse: path,
  }),
  config: setting({
    value: 'FILE',
    help: 'Settings file. Default: config.json in the data dir',
    parse: path,
  }),
  peerPort: setting({
    value: 'N',
    help: 'Port to accept peers on: 0 for any. Default 6881, or as the settings say',
    parse: text => port(text),
  }),
  peerHost: setting({
    value: 'ADDRESS',
    help: 'Address to accept peers at, such as that of a VPN. Default: all',
    parse: address,
  }),
  allowDir: settings(delimiter, {
    value: 'DIR',
    help: 'Files may be shared from and downloaded to this folder too',
    parse: path,
  }),
  allowedHost: settings(',', {
    value: 'NAME',
    help: 'A name that browsers reach the node by, such as that of a proxy in front of it',
    parse: hostName,
  }),
  trustedProxy: settings(',', {
    value: 'ADDRESS',
    help: 'Address or network (10.0.0.0/8) of a proxy whose X-Forwarded-For is believed, so that wrong passwords count for who sent them',
    parse: network,
  }),
  noTracker: startFlag('Run no tracker inside the node: the setting network.ownTracker=off'),
  publicUrl: setting({
    value: 'URL',
    help: 'How others reach this node, such as http://203.0.113.7:8420: what is shared then names its tracker',
    parse: publicUrl,
  }),
  logLevel: setting({
    value: 'LEVEL',
    help: 'debug, info (default), warn or error',
    parse: text => oneOf('debug', 'info', 'warn', 'error')(text),
  }),
  set: settings(';', {
    value: 'NAME=VALUE',
    help: 'A setting by its dotted name, such as network.dht=off: it holds whatever the console says',
    parse: fixedSetting,
  }),
  open: startFlag('Open the console in the browser'),
} satisfies Record<string, StartSetting<unknown>>

type StartKey = keyof typeof START_SETTINGS
type StartValue<Key extends StartKey> = ReturnType<(typeof START_SETTINGS)[Key]['read']>

/** The environment of the options. */
export interface StartSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working folder, absolute. */
  readonly cwd: string
  readonly defaultDataDir: string
  /** Content of a file; null when there is none. Throws what a person can read when it cannot be read. */
  readFile(path: string): string | null
}

/** The options of the command line. */
export const START_OPTIONS = Object.fromEntries(
  Object.entries(START_SETTINGS).map(([key, { option }]) => [key, option]),
) as Record<StartKey, (typeof START_SETTINGS)[StartKey]['option']>

/**
 * Reads all places. `given` is what parsing START_OPTIONS gave. Throws UsageError, with the place of what is wrong, and `not-found` for a
 * settings file that was named and is not there.
 */
export function readStartOptions(
  given: Readonly<Record<string, unknown>>,
  { env, cwd, defaultDataDir, readFile }: StartSurroundings,
): StartOptions {
  const outer = [commandLineLayer(given, flagName, cwd), environmentLayer(env, START_SETTINGS, cwd)]
  const named = read('config', outer)
  const found = read('dataDir', outer) ?? defaultDataDir
  const config = named ?? join(found, 'config.json')
  const content = readFile(config)
  if (content === null && named !== undefined)
    throw new Failure('not-found', `there is no settings file ${config}`)
  const layers = [...outer, ...(content === null ? [] : [checkedFile(config, content, named !== undefined)])]
  const get = <Key extends StartKey>(key: Key) => read(key, layers)
  const options: StartOptions = {
    port: get('port') ?? 8420,
    host: get('host') ?? '127.0.0.1',
    dataDir: get('dataDir') ?? defaultDataDir,
    dir: get('dir'),
    username: get('username'),
    passwordFile: get('passwordFile'),
    config: content === null ? undefined : config,
    peerPort: get('peerPort'),
    peerHost: get('peerHost'),
    allowDir: get('allowDir') ?? [],
    allowedHost: get('allowedHost') ?? [],
    trustedProxy: get('trustedProxy') ?? [],
    noTracker: get('noTracker') ?? false,
    publicUrl: get('publicUrl'),
    logLevel: get('logLevel') ?? 'info',
    set: get('set') ?? [],
    open: get('open') ?? false,
  }
  checkPassword(options)
  return options
}

/** The value in the first of the layers that has one. */
function read<Key extends StartKey>(key: Key, layers: readonly Layer[]): StartValue<Key> | undefined {
  for (const layer of layers) {
    const texts = layer.texts(key)
    if (texts === undefined) continue
    const origin = layer.origin(key)
    try {
      return START_SETTINGS[key].read(texts, origin) as StartValue<Key>
    } catch (error) {
      if (error instanceof UsageError) throw new UsageError(`${origin.where}: ${error.message}`)
      throw error
    }
  }
  return undefined
}

function checkedFile(file: string, content: string, named: boolean): Layer {
  const layer = fileLayer(file, content)
  const known = Object.keys(START_SETTINGS).filter(key => key !== 'config')
  const wrong = layer.keys.find(key => !known.includes(key))
  if (wrong !== undefined) {
    const meant = nearest(wrong, known)
    throw new UsageError(
      `${file}: there is no option ${wrong}${meant ? `: did you mean ${meant}?` : `. There are ${known.join(', ')}`}`,
    )
  }
  if (!named && layer.keys.includes('dataDir'))
    throw new UsageError(
      `${file}: dataDir cannot be set in the file that is found through it: give --data-dir or ${variableName('dataDir')}`,
    )
  return layer
}

function checkPassword({ username, passwordFile }: StartOptions): void {
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
