/** What is said when a hub starts: each option is described once, here, for the command line, the environment and the settings file. */
import { AddressSet } from '@shoal/tracker'
import { UsageError } from './failure.ts'

export interface Described<T> {
  /** What its value is called in the help; none for a flag. */
  readonly value?: string
  readonly help: string
  /** It can be given any number of times. */
  readonly isMany?: boolean
  /** Throws UsageError without saying where. */
  parse(text: string): T
}

export const OPTIONS = {
  host: {
    value: 'ADDRESS',
    isMany: true,
    help: 'Address to listen at. Default 127.0.0.1: this machine only. 0.0.0.0 and :: are all of IPv4 and IPv6',
    parse: address,
  },
  port: {
    value: 'N',
    help: 'Port of HTTP and WebSocket: 0 for any free one. Default 6969',
    parse: whole(0, 65_535),
  },
  udpPort: { value: 'N', help: 'Port of UDP. Default: that of HTTP', parse: whole(0, 65_535) },
  noUdp: { help: 'Do not answer over UDP', parse: flag },
  interval: {
    value: 'SECONDS',
    help: 'How long peers wait between announces: 5 to 43200. Default 1800',
    parse: whole(5, 43_200),
  },
  passkeyFile: {
    value: 'FILE',
    help: 'Private: serves only who announces at /<passkey>/announce. A passkey a line: 8 to 64 letters and digits',
    parse: path,
  },
  allowFile: {
    value: 'FILE',
    help: 'Serves only these torrents: an info hash a line, 40 or 64 hexadecimal digits',
    parse: path,
  },
  ban: {
    value: 'NETWORK',
    isMany: true,
    help: 'Serves nothing to this address or network (10.0.0.0/8)',
    parse: network,
  },
  banFile: {
    value: 'FILE',
    help: 'Serves nothing to these either: an address or network a line',
    parse: path,
  },
  trustedAddress: {
    value: 'NETWORK',
    isMany: true,
    help: 'May announce other addresses than its own (ip=), as this machine may',
    parse: network,
  },
  trustedProxy: {
    value: 'NETWORK',
    isMany: true,
    help: 'Address or network of a proxy whose X-Forwarded-For is believed',
    parse: network,
  },
  announcesPerSecond: {
    value: 'N',
    help: 'Announces of one address a second, on average over ten. 0: no limit. Default 100',
    parse: whole(0, 6500),
  },
  connections: {
    value: 'N',
    help: 'Connections of one address, HTTP and WebSocket each. 0: no limit. Default 100',
    parse: whole(0, 20_000),
  },
  maxPeers: {
    value: 'N',
    help: 'Peers in all; more are refused. Default 5000000, some 200 MB',
    parse: whole(1, 50_000_000),
  },
  noStats: { help: 'No stats page, no /stats.json, no /metrics', parse: flag },
  config: { value: 'FILE', help: 'Settings file', parse: path },
  logLevel: { value: 'LEVEL', help: 'debug, info (default), warn or error', parse: level },
} satisfies Record<string, Described<unknown>>

export type OptionKey = keyof typeof OPTIONS
type Value<Key extends OptionKey> = ReturnType<(typeof OPTIONS)[Key]['parse']>
/** What was given, wherever. */
export type Given = {
  readonly [Key in OptionKey]?: (typeof OPTIONS)[Key] extends { isMany: true }
    ? readonly Value<Key>[]
    : Value<Key>
}

/** `--udp-port` of `udpPort`. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

/** `SHOAL_HUB_UDP_PORT` of `udpPort`. */
export function variableName(key: string): string {
  return `SHOAL_HUB_${key.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`
}

function address(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  try {
    new AddressSet([bare])
    if (!bare.includes('/')) return bare
  } catch {}
  throw new UsageError(`"${text}" is no IP address`)
}

function network(text: string): string {
  try {
    new AddressSet([text])
    return text
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function whole(least: number, most: number): (text: string) => number {
  return text => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    throw new UsageError(`"${text}" is no whole number from ${least} to ${most}`)
  }
}

function flag(text: string): boolean {
  if (/^(?:true|yes|on|1)$/i.test(text)) return true
  if (/^(?:false|no|off|0)$/i.test(text)) return false
  throw new UsageError(`"${text}" is neither true nor false`)
}

function path(text: string): string {
  if (text.trim() === '' || text.includes('\0')) throw new UsageError('the path is empty')
  return text
}

function level(text: string): 'debug' | 'info' | 'warn' | 'error' {
  const found = (['debug', 'info', 'warn', 'error'] as const).find(each => each === text.toLowerCase())
  if (found) return found
  throw new UsageError(`"${text}" is none of debug, info, warn, error`)
}
