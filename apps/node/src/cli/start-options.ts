/**
 * Options for starting a node. Each is declared once and can be given on the command line
 * (`--peer-port 6881`), in the environment (`SHOAL_PEER_PORT=6881`) and in a settings file (`{
 * "peerPort": 6881 }`), in this order of precedence.
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
  path,
  UsageError,
  value,
  variableName,
} from '@shoal/options'
import type { StartOptions } from '../node/start.ts'
import { CommandFailure } from './failure.ts'
import { texts } from './texts.ts'
import { fixedSetting } from './values/settings.ts'

const port = integer(0, 65_535)

export const START_OPTIONS = {
  port: value('N', {
    help: texts.start.options.port,
    parse: port,
  }),
  host: value('ADDRESS', {
    help: texts.start.options.host,
    parse: host,
  }),
  dataDir: value('DIR', {
    help: texts.start.options.dataDir,
    parse: path,
  }),
  dir: value('DIR', {
    short: 'd',
    help: texts.start.options.dir,
    parse: path,
  }),
  username: value('NAME', { help: texts.start.options.username, parse: username }),
  passwordFile: value('FILE', {
    help: texts.start.options.passwordFile,
    parse: path,
  }),
  config: value('FILE', {
    help: texts.start.options.config,
    parse: path,
  }),
  peerPort: value('N', {
    help: texts.start.options.peerPort,
    parse: port,
  }),
  peerHost: value('ADDRESS', {
    help: texts.start.options.peerHost,
    parse: address,
  }),
  allowDir: list('DIR', {
    separator: delimiter,
    help: texts.start.options.allowDir,
    parse: path,
  }),
  allowedHost: list('NAME', {
    separator: ',',
    help: texts.start.options.allowedHost,
    parse: hostName,
  }),
  trustedProxy: list('ADDRESS', {
    separator: ',',
    help: texts.start.options.trustedProxy,
    parse: network,
  }),
  ipFilter: value('FILE', { help: texts.networkOptions.ipFilter, parse: path }),
  proxy: value('URL', { help: texts.networkOptions.proxy }),
  proxyMode: value('MODE', { help: texts.networkOptions.proxyMode, choices: ['prefer', 'strict'] }),
  interface: value('NAME', { help: texts.networkOptions.interface }),
  dnsServer: list('ADDRESS', { separator: ',', help: texts.networkOptions.dnsServer }),
  noDht: flag(texts.networkOptions.noDht),
  dhtNode: list('HOST:PORT', { separator: ',', help: texts.networkOptions.dhtNode }),
  noLsd: flag(texts.networkOptions.noLsd),
  noPortMapping: flag(texts.networkOptions.noPortMapping),
  noPex: flag(texts.networkOptions.noPex),
  noTrackers: flag(texts.networkOptions.noTrackers),
  noUtp: flag(texts.networkOptions.noUtp),
  noWebrtc: flag(texts.networkOptions.noWebrtc),
  noNetwork: flag(texts.networkOptions.noNetwork),
  noTracker: flag(texts.start.options.noTracker),
  publicUrl: value('URL', {
    help: texts.start.options.publicUrl,
    parse: publicUrl,
  }),
  logLevel: value('LEVEL', {
    help: texts.start.options.logLevel,
    choices: ['debug', 'info', 'warn', 'error'],
  }),
  set: list('NAME=VALUE', {
    separator: ';',
    help: texts.start.options.set,
    parse: fixedSetting,
  }),
  open: flag(texts.start.options.open),
}

export const START_VARIABLES = 'SHOAL_'
const IN_FILES = Object.keys(START_OPTIONS).filter(key => key !== 'config')

/** The environment of the options. */
export interface StartSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The working folder, absolute. */
  readonly cwd: string
  readonly defaultDataDir: string
  /**
   * Returns the content of a file; null if there is none. Throws a readable message if it cannot be
   * read.
   */
  readFile(path: string): string | null
}

/**
 * Reads all sources. `given`: the options of the command line. Throws UsageError with the source of
 * the error, and `not-found` for a settings file that was named but does not exist.
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
    throw new CommandFailure('not-found', texts.start.noConfig({ file: config }))
  if (content !== null) {
    const file = fileLayer(config, content, IN_FILES)
    if (outer.config === undefined && file.keys.includes('dataDir'))
      throw new UsageError(
        texts.start.dataDirInConfig({ file: config, variable: variableName(START_VARIABLES, 'dataDir') }),
      )
    layers.push(file)
  }
  const {
    proxy,
    proxyMode,
    interface: device,
    dnsServer,
    ipFilter,
    dhtNode,
    noDht,
    noLsd,
    noPortMapping,
    noPex,
    noTrackers,
    noUtp,
    noWebrtc,
    noNetwork,
    ...options
  } = completeOptions(START_OPTIONS, given, layers)
  const off = {
    dht: noDht,
    lsd: noLsd,
    portMapping: noPortMapping,
    pex: noPex,
    trackers: noTrackers,
    utp: noUtp,
    webrtc: noWebrtc,
  }
  checkPassword(options)
  return {
    ...options,
    set: [
      ...options.set,
      ...switchedOff(off),
      ...(noNetwork ? [fixedSetting('shoal.enabled=off')] : []),
      ...filtered(ipFilter),
      ...routed({
        ...{ proxy, proxyMode, interface: device },
        dhtNodes: listed(dhtNode),
        dnsServers: listed(dnsServer),
      }),
    ],
    port: options.port ?? 8420,
    host: options.host ?? '127.0.0.1',
    hasHost: options.host !== undefined,
    dataDir: options.dataDir ?? defaultDataDir,
    config: content === null ? undefined : config,
    logLevel: options.logLevel ?? 'info',
  }
}

function filtered(ipFilter: string | undefined): StartOptions['set'] {
  return ipFilter === undefined ? [] : [{ section: 'privacy', name: 'ipFilter', value: ipFilter }]
}

/** Converts the options for the network route to the settings that they fix. */
function routed(given: Readonly<Record<string, string | undefined>>): StartOptions['set'] {
  return Object.entries(given).flatMap(([name, text]) =>
    text === undefined ? [] : [fixedSetting(`network.${name}=${text}`)],
  )
}

function listed(values: readonly string[]): string | undefined {
  return values.length > 0 ? JSON.stringify(values) : undefined
}

/** Converts options that other commands have, too, to the settings that they fix. */
function switchedOff(off: Readonly<Record<string, boolean>>): StartOptions['set'] {
  return Object.entries(off).flatMap(([name, isOff]) => (isOff ? [fixedSetting(`network.${name}=off`)] : []))
}

function checkPassword({
  username,
  passwordFile,
}: Pick<OptionValues<typeof START_OPTIONS>, 'username' | 'passwordFile'>): void {
  if (username !== undefined && passwordFile === undefined) throw new UsageError(texts.start.needsPassword)
  if (passwordFile !== undefined && username === undefined) throw new UsageError(texts.start.needsUsername)
}

function address(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare)) return bare
  throw new UsageError(texts.start.notAddress({ text }))
}

/** An address, or a network in CIDR notation. */
function network(text: string): string {
  const [, bare = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(bare)
  if (family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128)) return text
  throw new UsageError(texts.start.notNetwork({ text }))
}

/** An address, or a name of this machine. */
function host(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) ? bare : hostName(text)
}

function hostName(text: string): string {
  const name = text.toLowerCase()
  if (!/^(?!.*\.\.)[a-z0-9_]([a-z0-9_.-]{0,252})$/.test(name))
    throw new UsageError(texts.start.notHost({ text }))
  return name
}

function publicUrl(text: string): string {
  const url = URL.parse(text)
  if (url && /^https?:\/\/[^\s/?#@]+\/?$/i.test(text)) return url.origin
  throw new UsageError(texts.start.notUrl({ text }))
}

function username(text: string): string {
  // RFC 7617: a user name has no colon.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it refuses.
  if (text.length > 255 || text.trim() === '' || /[:\u0000-\u001f\u007f]/.test(text))
    throw new UsageError(texts.start.badUsername)
  return text
}
