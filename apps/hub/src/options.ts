/**
 * The options of a hub, each described once for the command line, the environment and the settings
 * file.
 */
import { availableParallelism } from 'node:os'
import { REGISTRATIONS } from '@shoal/hub-api/choices'
import {
  flag,
  integer,
  list,
  type OptionValues,
  type Origin,
  oneOf,
  path,
  UsageError,
  value,
} from '@shoal/options'
import { AddressSet } from '@shoal/tracker'

export const OPTIONS = {
  host: list('ADDRESS', {
    help: 'Address to listen at. Default 127.0.0.1: this machine only. 0.0.0.0 and :: mean all IPv4 and IPv6 addresses',
    parse: address,
  }),
  port: value('N', {
    help: 'HTTP and WebSocket port; 0 for any free port. Default 6969',
    parse: integer(0, 65_535),
  }),
  udpPort: value('N', { help: 'UDP port. Default: the HTTP port', parse: integer(0, 65_535) }),
  noUdp: flag('No tracker over UDP'),
  stunPort: value('N', {
    help: 'UDP port for STUN, which tells pages their public address. Default: the UDP port of the tracker',
    parse: integer(0, 65_535),
  }),
  noStun: flag('Do not answer STUN'),
  interval: value('SECONDS', {
    help: 'Time between announces: 5 to 43200. Default 1800',
    parse: integer(5, 43_200),
  }),
  passkeyFile: value('FILE', {
    help: 'Private mode: serve only announces to /<passkey>/announce. One passkey per line: 8 to 64 letters and digits',
    parse: path,
  }),
  privateTracker: flag(
    'Private mode: serve only announces with the passkey of an account, or one of --passkey-file',
  ),
  allowFile: value('FILE', {
    help: 'Serve only these torrents. One info hash per line: 40 or 64 hexadecimal digits',
    parse: path,
  }),
  ban: list('NETWORK', { help: 'Do not serve this address or network (10.0.0.0/8)', parse: network }),
  banFile: value('FILE', { help: 'Do not serve these either. One address or network per line', parse: path }),
  trustedAddress: list('NETWORK', {
    help: 'Address or network that may announce other addresses than its own (ip=), like this machine',
    parse: network,
  }),
  trustedProxy: list('NETWORK', {
    help: 'Address or network of a proxy whose X-Forwarded-For is trusted',
    parse: network,
  }),
  announcesPerSecond: value('N', {
    help: 'Announces per second and address, on average over ten seconds. 0: no limit. Default 100',
    parse: integer(0, 6500),
  }),
  connections: value('N', {
    help: 'Connections per address, for HTTP and WebSocket each. 0: no limit. Default 100',
    parse: integer(0, 20_000),
  }),
  maxPeers: value('N', {
    help: 'Most peers in all, which also limits swarms; more are refused. Default 5000000, about 200 MB',
    parse: integer(1, 50_000_000),
  }),
  peersPerAddress: value('N', {
    help: 'Most peers per address. 0: no limit. Default: 1 % of --max-peers, but at least 1000, or 25 % of it if that is less',
    parse: integer(0, 50_000_000),
  }),
  workers: value('N', {
    help: 'Processes that share the ports and the work; auto: one per processor core. Default 1. Linux and FreeBSD only',
    parse: workers,
  }),
  redis: value('URL', {
    help: 'Redis server (redis:// or rediss://) over which this hub and those on other machines are one tracker',
    parse: redisUrl,
  }),
  data: value('FOLDER', {
    help: 'Folder for the database, the key of the hub and backups. Default: the data folder of this user',
    parse: path,
  }),
  database: value('URL', {
    help: 'PostgreSQL (postgres://USER@HOST/DATABASE) instead of a file; the password is read from PGPASSFILE or PGPASSWORD',
    parse: postgresUrl,
  }),
  keyFile: value('FILE', {
    help: 'The file that opens the key of the hub, on each machine of a hub the same. Default: secrets.key in the data folder',
    parse: path,
  }),
  onlyTracker: flag('Only the tracker: no accounts, no data folder'),
  name: value('TEXT', { help: 'Name of the hub. Default: Shoal hub', parse: hubName }),
  registration: value('WHO', {
    help: 'Who gets an account: open (anybody), approval (whoever a moderator approves, or has an invitation), invite (default: whoever has an invitation) or closed (nobody)',
    choices: REGISTRATIONS,
  }),
  publicUrl: value('URL', {
    help: 'Address at which members reach the hub, such as https://hub.example.org',
    parse: publicUrl,
  }),
  chatApp: value('URL', {
    help: 'Address of the chat app to which the page of the hub links, such as https://chat.example.org/',
    parse: chatApp,
  }),
  roomGuests: flag(
    'Let people without an account into the room of a share if they have its link: they read and write there, and nothing else',
  ),
  noStats: flag('No stats page, no /stats.json, no /metrics'),
  config: value('FILE', { help: 'Settings file', parse: path }),
  logLevel: value('LEVEL', {
    help: 'debug, info (default), warn or error',
    parse: oneOf('debug', 'info', 'warn', 'error'),
  }),
}

/** Most processes per machine: more would only copy swarms. */
const MAX_WORKERS = 64

/** Options as given. */
export type Given = Partial<OptionValues<typeof OPTIONS>>

function address(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  try {
    new AddressSet([bare])
    if (!bare.includes('/')) return bare
  } catch {}
  throw new UsageError(`"${text}" is not an IP address`)
}

function workers(text: string, origin: Origin): number {
  return text === 'auto'
    ? Math.min(MAX_WORKERS, availableParallelism())
    : integer(1, MAX_WORKERS)(text, origin)
}

function hubName(text: string): string {
  if (text.trim() !== '' && text.length <= 100) return text.trim()
  throw new UsageError('The name of a hub has 1 to 100 characters')
}

/** An origin: clients log in to it, and others look up its key there. */
function publicUrl(text: string): string {
  const url = URL.parse(text)
  if (url && /^https?:$/.test(url.protocol) && url.host !== '' && /^https?:\/\/[^/?#@]+\/?$/i.test(text))
    return url.origin
  throw new UsageError('The public URL of a hub looks like https://hub.example.org, without a path')
}

/** The hub appends its own address after `#`. */
function chatApp(text: string): string {
  const url = URL.parse(text)
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && !/[?#]/.test(text)) return url.href
  throw new UsageError('The address of the chat app looks like https://chat.example.org/, without ? and #')
}

/** The error does not quote the URL, which may have a password. */
function postgresUrl(text: string, { where }: Origin): string {
  const url = URL.parse(text)
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol))
    throw new UsageError('The URL of a PostgreSQL database looks like postgres://USER@HOST:5432/DATABASE')
  if (url.password !== '' && where.startsWith('--'))
    throw new UsageError(
      'Other users of this machine see a password on the command line: put it in a file that PGPASSFILE names, or in PGPASSWORD',
    )
  return text
}

/** The error does not quote the URL, which may have a password. */
function redisUrl(text: string): string {
  const url = URL.parse(text)
  if (url && /^rediss?:$/.test(url.protocol) && url.hostname !== '' && /^(\/\d{0,5})?$/.test(url.pathname))
    return text
  throw new UsageError('The URL of a Redis server looks like redis://127.0.0.1:6379/0')
}

function network(text: string): string {
  try {
    new AddressSet([text])
    return text
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
