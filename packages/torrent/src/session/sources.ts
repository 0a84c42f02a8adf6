import { readTorrentFile } from '#read-file'
import type { AddOptions } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import { messageOf, ShoalError } from '../base/errors.ts'
import { isGzip } from '../base/gunzip.ts'
import { parseHostPort } from '../base/ip.ts'
import { limited } from '../base/limited.ts'
import type { HttpAnswer, HttpGet } from '../discovery/tracker/http-get.ts'
import { parseInfoHash } from '../metainfo/info-hash.ts'
import { isMagnet, parseMagnet } from '../metainfo/magnet.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import { readMetainfo } from '../metainfo/read-metainfo.ts'
import { trackerUrl } from '../metainfo/tracker-url.ts'
import type { TorrentSource } from '../session-api.ts'
import type { TorrentOrigin } from './torrent/origin.ts'

/** Maximum size of a .torrent that is fetched. */
const MAX_TORRENT_BYTES = 64 * 1024 * 1024
const FETCH_LIMIT_MS = 60_000

/** The parts of a session that reading a source uses. */
export interface SourceContext {
  readonly userAgent: string
  readonly clock: Clock
  readonly httpGet: HttpGet
  readonly signal: AbortSignal
}

/**
 * Reads any source that `Session.add` accepts: a magnet link, an info hash or content ID, a path
 * or URL of a .torrent file, its bytes, or parsed metainfo. Rejects with a ShoalError that
 * describes the problem.
 */
export async function readSource(
  source: TorrentSource,
  options: AddOptions,
  context: SourceContext,
): Promise<TorrentOrigin> {
  const peers = (options.peers ?? []).map(readPeer)
  // As in files and links, text that is not a URL is ignored.
  const trackers = (options.trackers ?? []).map(trackerUrl).filter(url => url !== null)
  const origin = await readAny(source, context)
  const isPrivate = origin.metainfo?.info.private ?? false
  const more = isPrivate ? [] : trackers
  const known = new Set(origin.trackers.flat())
  return {
    ...origin,
    peers: [...origin.peers, ...peers],
    trackers: [...origin.trackers, ...[...new Set(more)].filter(url => !known.has(url)).map(url => [url])],
    webSeeds: [...new Set([...origin.webSeeds, ...(options.webSeeds ?? [])])],
    select: options.select?.map(index => ({ first: index, last: index })) ?? origin.select,
  }
}

async function readAny(source: TorrentSource, context: SourceContext): Promise<TorrentOrigin> {
  if (source instanceof Uint8Array) return fromMetainfo(await readMetainfo(source))
  if (typeof source !== 'string') return fromMetainfo(source)
  const text = source.trim()
  if (isMagnet(text)) return fromMagnet(text)
  if (/^https?:\/\//i.test(text)) return readFetched(await fetchTorrent(text, context), text)
  if (isInfoHash(text)) return fromInfoHash(text)
  return fromMetainfo(await readMetainfo(await readTorrentFile(text, MAX_TORRENT_BYTES)))
}

/** A URL often leads to something other than a .torrent file: a page, or the content itself. */
async function readFetched({ body, magnet }: HttpAnswer, url: string): Promise<TorrentOrigin> {
  if (magnet !== undefined) return fromMagnet(magnet)
  if (!isGzip(body) && !looksBencoded(body))
    throw new ShoalError('bad-torrent', `${new URL(url).host} did not send a .torrent file: check the URL`)
  return fromMetainfo(await readMetainfo(body))
}

/** BEP 3: a dictionary starts with `d`, followed by the length of its first key. */
function looksBencoded([first, second]: Uint8Array): boolean {
  return first === 0x64 && second !== undefined && second >= 0x30 && second <= 0x39
}

function fromMetainfo(metainfo: Metainfo): TorrentOrigin {
  return {
    infoHashes: metainfo.info.infoHashes,
    name: metainfo.info.name,
    metainfo,
    trackers: metainfo.trackers,
    webSeeds: metainfo.webSeeds,
    peers: [],
    select: undefined,
  }
}

function fromMagnet(text: string): TorrentOrigin {
  const magnet = parseMagnet(text)
  return {
    infoHashes: magnet.infoHashes,
    name: magnet.name,
    metainfo: null,
    // BEP 9 does not define tiers: each tracker gets its own, so that all are used.
    trackers: magnet.trackers.map(url => [url]),
    webSeeds: magnet.webSeeds,
    peers: magnet.peers,
    select: magnet.select,
  }
}

function fromInfoHash(text: string): TorrentOrigin {
  return {
    infoHashes: parseInfoHash(text),
    name: undefined,
    metainfo: null,
    trackers: [],
    webSeeds: [],
    peers: [],
    select: undefined,
  }
}

function isInfoHash(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64}|1220[0-9a-f]{64}|[a-z2-7]{32}|baf5r[a-z2-7]+)$/i.test(text)
}

async function fetchTorrent(
  url: string,
  { userAgent, clock, httpGet, signal }: SourceContext,
): Promise<HttpAnswer> {
  if (!URL.canParse(url))
    throw new ShoalError('bad-argument', `${url.slice(0, 100)} is not a valid URL: check the spelling`)
  const limit = limited(clock, FETCH_LIMIT_MS, signal)
  const options = { userAgent, maxBytes: MAX_TORRENT_BYTES, named: true, signal: limit.signal }
  const answer = await httpGet(url, options)
    .catch(error => {
      signal.throwIfAborted()
      throw fetchFailed(error)
    })
    .finally(() => limit.end())
  if (answer.status !== 200 && answer.magnet === undefined)
    throw new ShoalError('not-found', `the server answered ${answer.status} for the .torrent: check the URL`)
  return answer
}

function readPeer(text: string): { host: string; port: number } {
  const peer = parseHostPort(text)
  if (!peer)
    throw new ShoalError(
      'bad-argument',
      `${text} is not a peer address: give host:port, with an IPv6 address in brackets`,
    )
  return peer
}

function fetchFailed(cause: unknown): ShoalError {
  const code = cause instanceof ShoalError ? cause.code : 'unreachable'
  return new ShoalError(code, `Cannot fetch the .torrent file: ${messageOf(cause)}`, { cause })
}
