import { flag, integer, list, type OptionValues, path, UsageError, value } from '@shoal/options'
import type { AddressFilter, IceServer, RateLimits, SessionOptions } from '@shoal/torrent'
import { PRODUCT } from '../base/version.ts'
import { texts } from './texts.ts'
import { parseRate } from './values/size.ts'

/** The same maximum as in the setting network.iceServers. */
const MAX_ICE_SERVERS = 20

/** Options of all commands that connect to peers. */
export const NETWORK_OPTIONS = {
  port: value('N', {
    help: texts.networkOptions.port,
    parse: integer(0, 65_535),
  }),
  host: value('ADDRESS', { help: texts.networkOptions.host }),
  noDht: flag(texts.networkOptions.noDht),
  dhtNode: list('HOST:PORT', { help: texts.networkOptions.dhtNode }),
  noLsd: flag(texts.networkOptions.noLsd),
  noPortMapping: flag(texts.networkOptions.noPortMapping),
  noPex: flag(texts.networkOptions.noPex),
  noTrackers: flag(texts.networkOptions.noTrackers),
  noUtp: flag(texts.networkOptions.noUtp),
  noWebrtc: flag(texts.networkOptions.noWebrtc),
  iceServer: list('URL', {
    help: texts.networkOptions.iceServer,
  }),
  encryption: value('POLICY', {
    help: texts.networkOptions.encryption,
    choices: ['plain', 'prefer', 'require'],
  }),
  ipFilter: value('FILE', { help: texts.networkOptions.ipFilter, parse: path }),
  proxy: value('URL', { help: texts.networkOptions.proxy }),
  proxyMode: value('MODE', { help: texts.networkOptions.proxyMode, choices: ['prefer', 'strict'] }),
  interface: value('NAME', { help: texts.networkOptions.interface }),
  dnsServer: list('ADDRESS', { help: texts.networkOptions.dnsServer }),
  limitDown: value('RATE', { help: texts.networkOptions.limitDown, parse: parseRate }),
  limitUp: value('RATE', { help: texts.networkOptions.limitUp, parse: parseRate }),
  maxPeers: value('N', { help: texts.networkOptions.maxPeers, parse: integer(1, 100_000) }),
}

/** Converts the options to session options. Rejects with UsageError. */
export async function sessionOptions(given: OptionValues<typeof NETWORK_OPTIONS>): Promise<SessionOptions> {
  const { port, host, dhtNode, encryption, ipFilter, limitDown, limitUp, maxPeers } = given
  const network = await interfaceOf(given.interface, given.dnsServer)
  if (given.proxyMode !== undefined && given.proxy === undefined)
    throw new UsageError(texts.networkOptions.modeWithoutProxy)
  if (given.noDht && given.dhtNode.length > 0) throw new UsageError(texts.networkOptions.nodeWithoutDht)
  if (given.noWebrtc && given.iceServer.length > 0)
    throw new UsageError(texts.networkOptions.iceWithoutWebrtc)
  const limits: Partial<RateLimits> = {
    ...(limitDown !== undefined && { downloadBytesPerSecond: limitDown }),
    ...(limitUp !== undefined && { uploadBytesPerSecond: limitUp }),
  }
  return {
    userAgent: PRODUCT.replace(' ', '/'),
    dht: !given.noDht,
    lsd: !given.noLsd,
    portMapping: !given.noPortMapping,
    pex: !given.noPex,
    trackers: !given.noTrackers,
    utp: !given.noUtp,
    webrtc: given.noWebrtc ? false : { iceServers: await iceServers(given.iceServer) },
    limits,
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(dhtNode.length > 0 && { dhtNodes: dhtNode }),
    ...(ipFilter !== undefined && { ipFilter: await readFilter(ipFilter) }),
    ...(given.proxy !== undefined && { proxy: await proxyOf(given.proxy, given.proxyMode) }),
    ...(network && { interface: network }),
    ...(encryption !== undefined && { encryption }),
    ...(maxPeers !== undefined && { maxConnections: maxPeers }),
  }
}

/**
 * Reads the filter, and reads it again when it changes. Rejects with a ShoalError if it cannot be
 * read.
 */
async function readFilter(path: string): Promise<AddressFilter> {
  const { IpFilterFile } = await import('../base/ip-filter-file.ts')
  const file = new IpFilterFile({ onList() {}, onError() {} })
  await file.open(path)
  return { has: address => file.list?.ranges.has(address) === true }
}

async function proxyOf(url: string, mode: 'prefer' | 'strict' = 'prefer') {
  const { parseProxyUrl } = await import('@shoal/torrent/route')
  try {
    parseProxyUrl(url)
  } catch (error) {
    // The error omits the URL, which can contain a password.
    throw new UsageError(texts.networkOptions.badProxy({ reason: (error as Error).message }))
  }
  return { url, mode }
}

async function interfaceOf(name: string | undefined, dnsServers: readonly string[]) {
  if (name === undefined) {
    if (dnsServers.length > 0) throw new UsageError(texts.networkOptions.dnsWithoutInterface)
    return null
  }
  const { checkInterface } = await import('@shoal/torrent/route')
  try {
    checkInterface(name, dnsServers)
  } catch (error) {
    throw new UsageError(texts.networkOptions.badInterface({ reason: (error as Error).message }))
  }
  return { name, dnsServers }
}

/** Loads the engine only if there are servers to parse. */
async function iceServers(given: readonly string[]): Promise<IceServer[]> {
  if (given.length === 0) return []
  if (given.length > MAX_ICE_SERVERS)
    throw new UsageError(texts.networkOptions.tooManyIceServers({ most: MAX_ICE_SERVERS }))
  const { parseIceServer } = await import('@shoal/torrent')
  try {
    return given.map(parseIceServer)
  } catch {
    // The error omits the server, which can contain a secret.
    throw new UsageError(texts.networkOptions.badIceServer)
  }
}
