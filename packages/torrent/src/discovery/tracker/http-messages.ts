/** Request URLs and responses of HTTP trackers (BEP 3, 7, 21, 23, 24, 31, 48). No I/O. */
import { fromLatin1, hex, latin1 } from '../../base/bytes.ts'
import { messageOf } from '../../base/errors.ts'
import { canonicalIp, formatIp, unmapIp } from '../../base/ip.ts'
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
  type BencodeValue,
  decodePrefix,
} from '../../bencode/bencode.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import { decodeCompactPeers } from '../../wire/compact-peers.ts'
import {
  type AnnounceAnswer,
  type AnnounceRequest,
  cleanText,
  MAX_PEERS,
  type ScrapeEntry,
  TrackerError,
} from './tracker.ts'

/** Longest tracker ID that is sent back, since it goes into every URL. */
const MAX_TRACKER_ID = 256
const MINUTE_MS = 60_000

/**
 * Builds the URL of an announce. Keeps the query of the tracker's own URL (a passkey) at the front.
 */
export function announceUrl(url: string, request: AnnounceRequest): string {
  const parts = [
    `info_hash=${percent(request.infoHash)}`,
    `peer_id=${percent(request.peerId)}`,
    `port=${request.port}`,
    `uploaded=${request.uploaded}`,
    `downloaded=${request.downloaded}`,
    `left=${request.left}`,
    // BEP 23: compact peer lists, which have no peer IDs.
    'compact=1',
    'no_peer_id=1',
    `numwant=${request.numWant}`,
    // BEP 7: the same key over both address families.
    `key=${request.key.toString(16).padStart(8, '0')}`,
    'supportcrypto=1',
  ]
  if (request.event !== 'none') parts.push(`event=${request.event}`)
  if (request.trackerId !== undefined) parts.push(`trackerid=${percent(fromLatin1(request.trackerId))}`)
  return withQuery(url, parts)
}

/**
 * BEP 48: replaces `announce` at the start of the last path part by `scrape`. Returns null if it
 * is missing: the tracker cannot be scraped.
 */
export function scrapeUrl(url: string, infoHashes: readonly Uint8Array[]): string | null {
  const parsed = new URL(url)
  const at = parsed.pathname.lastIndexOf('/') + 1
  if (!parsed.pathname.startsWith('announce', at)) return null
  parsed.pathname = `${parsed.pathname.slice(0, at)}scrape${parsed.pathname.slice(at + 'announce'.length)}`
  return withQuery(
    parsed.href,
    infoHashes.map(infoHash => `info_hash=${percent(infoHash)}`),
  )
}

/**
 * Parses a response to an announce. Throws a TrackerError: `refused` with the tracker's reason (and
 * BEP 31's `retry in`), or `bad-message` if the response is not a bencoded dictionary.
 */
export function parseAnnounce(bytes: Uint8Array): AnnounceAnswer {
  const answer = parseAnswer(bytes)
  const trackerId = asBytes(answer.get('tracker id'))
  const warning = asText(answer.get('warning message'))
  const external = asBytes(answer.get('external ip'))
  const peers = [...parsePeers(answer.get('peers')), ...compact(answer.get('peers6'), 6)]
  return {
    ...field('intervalMs', toMs(answer.get('interval'))),
    ...field('minIntervalMs', toMs(answer.get('min interval'))),
    ...field('seeds', count(answer.get('complete'))),
    ...field('leeches', count(answer.get('incomplete'))),
    ...field('downloads', count(answer.get('downloaded'))),
    ...(trackerId && trackerId.length <= MAX_TRACKER_ID && { trackerId: latin1(trackerId) }),
    ...(warning && { warning: cleanText(warning) }),
    // BEP 24: 4 or 16 bytes.
    ...((external?.length === 4 || external?.length === 16) && { externalHost: formatIp(unmapIp(external)) }),
    peers: peers.slice(0, MAX_PEERS),
  }
}

/**
 * Parses a response to a scrape. Returns counts in the order of `infoHashes`. Throws as
 * `parseAnnounce` does.
 */
export function parseScrape(bytes: Uint8Array, infoHashes: readonly Uint8Array[]): (ScrapeEntry | null)[] {
  const files = asDictionary(parseAnswer(bytes).get('files'))
  if (!files) throw new TrackerError('bad-message', 'The tracker sent a scrape response without torrents')
  return infoHashes.map(infoHash => {
    const entry = asDictionary(files.get(latin1(infoHash)))
    if (!entry) return null
    const number = (name: string) => count(entry.get(name)) ?? 0
    return { seeds: number('complete'), leeches: number('incomplete'), downloads: number('downloaded') }
  })
}

/**
 * Throws the tracker's own reason if the bytes contain one, whatever the HTTP status. Returns
 * otherwise.
 */
export function throwFailure(bytes: Uint8Array): void {
  try {
    parseAnswer(bytes)
  } catch (error) {
    if (error instanceof TrackerError && error.code === 'refused') throw error
  }
}

function parseAnswer(bytes: Uint8Array): BencodeDictionary {
  const answer = asDictionary(decodeAnswer(bytes))
  if (!answer) throw new TrackerError('bad-message', 'The tracker sent a response that is not a dictionary')
  // BEP 48 spells it with an underscore.
  const reason = asText(answer.get('failure reason') ?? answer.get('failure_reason'))
  if (reason === undefined) return answer
  const retryInMs = parseRetryIn(answer.get('retry in'))
  throw new TrackerError('refused', cleanText(reason) || 'no reason given', {
    ...(retryInMs !== undefined && { retryInMs }),
  })
}

function decodeAnswer(bytes: Uint8Array): BencodeValue {
  try {
    // Some trackers do not sort keys, and nothing here is hashed. Depth: the response, its peers, a
    // peer. Scripts print a byte order mark or line breaks around their answer.
    return decodePrefix(withoutLead(bytes), { depth: 6, items: 50_000, unsortedKeys: true }).value
  } catch (error) {
    const why = `The tracker sent an invalid response (${messageOf(error)})`
    throw new TrackerError('bad-message', why, { cause: error })
  }
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const

function withoutLead(bytes: Uint8Array): Uint8Array {
  let at = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? BYTE_ORDER_MARK.length : 0
  // Tabs, line breaks and spaces.
  while (bytes[at] === 0x20 || (bytes[at]! >= 0x09 && bytes[at]! <= 0x0d)) at++
  return bytes.subarray(at)
}

/** BEP 31: minutes as an integer or as text, or `never`. */
function parseRetryIn(value: BencodeValue | undefined): number | undefined {
  const text = asText(value)
  if (text === 'never') return Infinity
  const minutes = asInteger(value) ?? (text && /^[0-9]{1,9}$/.test(text) ? Number(text) : 0)
  return minutes > 0 ? minutes * MINUTE_MS : undefined
}

/**
 * Parses BEP 23's compact form or BEP 3's list of dictionaries. Host names are ignored: a tracker
 * must not make us resolve names.
 */
function parsePeers(value: BencodeValue | undefined): PeerAddress[] {
  const peers: PeerAddress[] = []
  for (const item of asList(value)?.slice(0, MAX_PEERS) ?? []) {
    const peer = asDictionary(item)
    const host = canonicalIp(asText(peer?.get('ip')) ?? '')
    const port = asInteger(peer?.get('port')) ?? 0
    if (host !== null && port >= 1 && port <= 65535) peers.push({ host, port })
  }
  return value instanceof Uint8Array ? compact(value, 4) : peers
}

function compact(value: BencodeValue | undefined, family: 4 | 6): PeerAddress[] {
  return decodeCompactPeers(asBytes(value) ?? new Uint8Array(0), family, MAX_PEERS)
}

function count(value: BencodeValue | undefined): number | undefined {
  const number = asInteger(value)
  return number !== undefined && number >= 0 && number < 2 ** 31 ? number : undefined
}

function toMs(value: BencodeValue | undefined): number | undefined {
  const seconds = asInteger(value)
  return seconds !== undefined && seconds > 0 ? seconds * 1000 : undefined
}

function field<Name extends string>(name: Name, value: number | undefined): { [key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]: number })
}

/** Percent-encodes every byte (RFC 3986 section 2.1). */
function percent(bytes: Uint8Array): string {
  return hex(bytes).replace(/../g, '%$&')
}

function withQuery(url: string, parts: readonly string[]): string {
  const base = url.split('#', 1)[0]!
  const joint = !base.includes('?') ? '?' : /[?&]$/.test(base) ? '' : '&'
  return base + joint + parts.join('&')
}
