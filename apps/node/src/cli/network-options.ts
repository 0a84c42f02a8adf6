import { flag, integer, list, type OptionValues, oneOf, value } from '@shoal/options'
import type { IceServer, RateLimits, SessionOptions } from '@shoal/torrent'
import { UsageError } from '../base/failure.ts'
import { parseRate } from '../base/text/size.ts'
import { PRODUCT } from '../base/version.ts'

/** As many as the setting network.iceServers takes. */
const MAX_ICE_SERVERS = 20

/** Options of every command that talks to peers. */
export const NETWORK_OPTIONS = {
  port: value('N', {
    help: 'Port to accept peers on: 0 for any. Default: 6881, or any when that is taken',
    parse: integer(0, 65_535),
  }),
  host: value('ADDRESS', { help: 'Accept peers on this address only' }),
  noDht: flag('Do not use the DHT'),
  dhtNode: list('HOST:PORT', { help: 'Enter the DHT here instead of at the well-known nodes' }),
  noLsd: flag('Do not look for peers in the local network'),
  noPex: flag('Do not exchange peers with peers'),
  noTrackers: flag('Do not announce to trackers'),
  noWebrtc: flag('Do not reach peers that are web pages (WebRTC)'),
  iceServer: list('URL', {
    help: 'STUN or TURN server, which helps WebRTC past firewalls: stun:HOST:PORT, turn:USER:SECRET@HOST:PORT',
  }),
  encryption: value('POLICY', {
    help: 'Encryption of peer connections: plain, prefer (default) or require',
    parse: oneOf('plain', 'prefer', 'require'),
  }),
  limitDown: value('RATE', { help: 'Download at most this much a second: 2MB, 500KiB', parse: parseRate }),
  limitUp: value('RATE', { help: 'Upload at most this much a second', parse: parseRate }),
  maxPeers: value('N', { help: 'Connections at most. Default 500', parse: integer(1, 100_000) }),
}

/** Converts the options to session options. Rejects with UsageError. */
export async function sessionOptions(given: OptionValues<typeof NETWORK_OPTIONS>): Promise<SessionOptions> {
  const { port, host, dhtNode, encryption, limitDown, limitUp, maxPeers } = given
  if (given.noWebrtc && given.iceServer.length > 0)
    throw new UsageError('--ice-server has no effect with --no-webrtc: leave one of them out')
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
    webrtc: given.noWebrtc ? false : { iceServers: await iceServers(given.iceServer) },
    limits,
    ...(port !== undefined && { port }),
    ...(host !== undefined && { host }),
    ...(dhtNode.length > 0 && { dhtNodes: dhtNode }),
    ...(encryption !== undefined && { encryption }),
    ...(maxPeers !== undefined && { maxConnections: maxPeers }),
  }
}

/** Without any the engine is not needed to read them. */
async function iceServers(texts: readonly string[]): Promise<IceServer[]> {
  if (texts.length === 0) return []
  if (texts.length > MAX_ICE_SERVERS)
    throw new UsageError(`--ice-server: at most ${MAX_ICE_SERVERS} can be given`)
  const { parseIceServer } = await import('@shoal/torrent')
  try {
    return texts.map(parseIceServer)
  } catch {
    // Without what was typed: it may hold a secret.
    throw new UsageError('--ice-server: a server is written stun:host:port or turn:user:secret@host:port')
  }
}
