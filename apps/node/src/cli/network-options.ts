import type { RateLimits, SessionOptions } from '@shoal/torrent'
import { parseRate } from '../text/size.ts'
import { flag, list, type OptionValues, oneOf, value, wholeNumber } from './options.ts'
import { PRODUCT } from './version.ts'

/** Options of every command that talks to peers. */
export const NETWORK_OPTIONS = {
  port: value('N', {
    help: 'Port to accept peers on: 0 for any. Default: 6881, or any when that is taken',
    parse: wholeNumber(0, 65_535),
  }),
  host: value('ADDRESS', { help: 'Accept peers on this address only' }),
  noDht: flag('Do not use the DHT'),
  dhtNode: list('HOST:PORT', { help: 'Enter the DHT here instead of at the well-known nodes' }),
  noLsd: flag('Do not look for peers in the local network'),
  noPex: flag('Do not exchange peers with peers'),
  noTrackers: flag('Do not announce to trackers'),
  encryption: value('POLICY', {
    help: 'Encryption of peer connections: plain, prefer (default) or require',
    parse: oneOf('plain', 'prefer', 'require'),
  }),
  limitDown: value('RATE', { help: 'Download at most this much a second: 2MB, 500KiB', parse: parseRate }),
  limitUp: value('RATE', { help: 'Upload at most this much a second', parse: parseRate }),
  maxPeers: value('N', { help: 'Connections at most. Default 500', parse: wholeNumber(1, 100_000) }),
}

/** The session options that these stand for. */
export function sessionOptions(given: OptionValues<typeof NETWORK_OPTIONS>): SessionOptions {
  const { port, host, dhtNode, encryption, limitDown, limitUp, maxPeers } = given
  const limits: Partial<RateLimits> = {
    ...(limitDown !== undefined && { downloadBytesPerSecond: limitDown }),
    ...(limitUp !== undefined && { uploadBytesPerSecond: limitUp }),
  }
  return {
    userAgent: PRODUCT.replace(' ', '/'),
    dht: !given.noDht,
    lsd: !given.noLsd,
    pex: !given.noPex,
    trackers: !given.noTrackers,
    limits,
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(dhtNode.length > 0 && { dhtNodes: dhtNode }),
    ...(encryption !== undefined && { encryption }),
    ...(maxPeers !== undefined && { maxConnections: maxPeers }),
  }
}
