/** The options of a hub, each described once for the command line, the environment and the settings file. */
import { AddressSet } from '@shoal/tracker'
import { UsageError } from './failure.ts'

export interface Described<T> {
  /** Name of its value in the help; none for a flag. */
  readonly value?: string
  readonly help: string
  /** It may be repeated. */
  readonly isMany?: boolean
  /** Throws UsageError without the location. */
  parse(text: string): T
}

export const OPTIONS = {
  host: {
    value: 'ADDRESS',
    isMany: true,
    help: 'Address to listen at. Default 127.0.0.1: this machine only. 0.0.0.0 and :: mean all IPv4 and IPv6 addresses',
    parse: address,
  },
  port: {
    value: 'N',
    help: 'HTTP and WebSocket port; 0 for any free port. Default 6969',
    parse: integer(0, 65_535),
  },
  udpPort: { value: 'N', help: 'UDP port. Default: the HTTP port', parse: integer(0, 65_535) },
  noUdp: { help: 'Do not answer over UDP', parse: flag },
  interval: {
    value: 'SECONDS',
    help: 'Time between announces: 5 to 43200. Default 1800',
    parse: integer(5, 43_200),
  },
  passkeyFile: {
    value: 'FILE',
    help: 'Private mode: serve only announces to /<passkey>/announce. One passkey per line: 8 to 64 letters and digits',
    parse: path,
  },
  allowFile: {
    value: 'FILE',
    help: 'Serve only these torrents. One info hash per line: 40 or 64 hexadecimal digits',
    parse: path,
  },
  ban: {
    value: 'NETWORK',
    isMany: true,
    help: 'Do not serve this address or network (10.0.0.0/8)',
    parse: network,
  },
  banFile: {
    value: 'FILE',
    help: 'Do not serve these either. One address or network per line',
    parse: path,
  },
  trustedAddress: {
    value: 'NETWORK',
    isMany: true,
    help: 'Address or network that may announce other addresses than its own (ip=), like this machine',
    parse: network,
  },
  trustedProxy: {
    value: 'NETWORK',
    isMany: true,
    help: 'Address or network of a proxy whose X-Forwarded-For is trusted',
    parse: network,
  },
  announcesPerSecond: {
    value: 'N',
    help: 'Announces per second and address, on average over ten seconds. 0: no limit. Default 100',
    parse: integer(0, 6500),
  },
  connections: {
    value: 'N',
    help: 'Connections per address, for HTTP and WebSocket each. 0: no limit. Default 100',
    parse: integer(0, 20_000),
  },
  maxPeers: {
    value: 'N',
    help: 'Most peers in all; more are refused. Default 5000000, about 200 MB',
    parse: integer(1, 50_000_000),
  },
  noStats: { help: 'No stats page, no /stats.json, no /metrics', parse: flag },
  config: { value: 'FILE', help: 'Settings file', parse: path },
  logLevel: { value: 'LEVEL', help: 'debug, info (default), warn or error', parse: level },
} satisfies Record<string, Described<unknown>>

export type OptionKey = keyof typeof OPTIONS
type Value<Key extends OptionKey> = ReturnType<(typeof OPTIONS)[Key]['parse']>
/** The options given on the command line, in the environment or in the file. */
export type Given = {
  readonly [Key in OptionKey]?: (typeof OPTIONS)[Key] extends { isMany: true }
    ? readonly Value<Key>[]
    : Value<Key>
}

/** Returns `--udp-port` for `udpPort`. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

/** Returns `SHOAL_HUB_UDP_PORT` for `udpPort`. */
export function variableName(key: string): string {
  return `SHOAL_HUB_${key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`
}

function address(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  try {
    new AddressSet([bare])
    if (!bare.includes('/')) return bare
  } catch {}
  throw new UsageError(`"${text}" is not an IP address`)
}

function network(text: string): string {
  try {
    new AddressSet([text])
    return text
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function integer(least: number, most: number): (text: string) => number {
  return text => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    throw new UsageError(`"${text}" is not an integer from ${least} to ${most}`)
  }
}

function flag(text: string): boolean {
  if (/^(?:true|yes|on|1)$/i.test(text)) return true
  if (/^(?:false|no|off|0)$/i.test(text)) return false
  throw new UsageError(`"${text}" is neither true nor false`)
}

function path(text: string): string {
  if (text.trim() === '' || text.includes('\0')) throw new UsageError('The path is empty')
  return text
}

function level(text: string): 'debug' | 'info' | 'warn' | 'error' {
  const found = (['debug', 'info', 'warn', 'error'] as const).find(each => each === text.toLowerCase())
  if (found) return found
  throw new UsageError(`"${text}" is not a log level: give debug, info, warn or error`)
}
