/**
 * Encoding and decoding of UDP tracker packets (BEP 15, BEP 41). All integers are big-endian. No
 * I/O.
 */
import { concat, fromUtf8, readU32, utf8, writeU16, writeU32 } from '../../base/bytes.ts'
import type { IpFamily } from '../../transport/datagram.ts'
import { decodeCompactPeers } from '../../wire/compact-peers.ts'
import {
  type AnnounceAnswer,
  type AnnounceRequest,
  cleanText,
  MAX_PEERS,
  type ScrapeEntry,
} from './tracker.ts'

export const ACTION = { connect: 0, announce: 1, scrape: 2, error: 3 } as const

/**
 * BEP 15: "Up to about 74 torrents can be scraped at once"; fewer fit into the smallest IPv6
 * packet.
 */
export const MAX_SCRAPE = 60

/**
 * BEP 15: numbers of the events. `paused` (BEP 21) has none, so a partial seed announces as usual.
 */
const EVENTS = { none: 0, completed: 1, started: 2, stopped: 3, paused: 0 } as const

/** BEP 41: option type for the path and query of the tracker's URL. */
const URL_DATA = 2
/** Longer options might not fit into an unfragmented datagram. */
const MAX_URL_DATA = 1020

export function encodeConnect(transaction: number): Uint8Array {
  const bytes = new Uint8Array(16)
  // BEP 15: protocol_id 0x41727101980.
  writeU32(bytes, 0, 0x417)
  writeU32(bytes, 4, 0x27101980)
  writeU32(bytes, 8, ACTION.connect)
  writeU32(bytes, 12, transaction)
  return bytes
}

/** `urlData`: path and query of the tracker's URL, or an empty string. */
export function encodeAnnounce(
  connectionId: Uint8Array,
  transaction: number,
  request: AnnounceRequest,
  urlData: string,
): Uint8Array {
  const bytes = new Uint8Array(98)
  bytes.set(connectionId, 0)
  writeU32(bytes, 8, ACTION.announce)
  writeU32(bytes, 12, transaction)
  bytes.set(request.infoHash, 16)
  bytes.set(request.peerId, 36)
  writeU64(bytes, 56, request.downloaded)
  writeU64(bytes, 64, request.left)
  writeU64(bytes, 72, request.uploaded)
  writeU32(bytes, 80, EVENTS[request.event])
  // Offset 84 stays 0: the tracker takes our address from the packet.
  writeU32(bytes, 88, request.key)
  writeU32(bytes, 92, request.numWant)
  writeU16(bytes, 96, request.port)
  return urlData === '' ? bytes : concat([bytes, encodeUrlData(urlData)])
}

export function encodeScrape(
  connectionId: Uint8Array,
  transaction: number,
  infoHashes: readonly Uint8Array[],
): Uint8Array {
  const head = new Uint8Array(16)
  head.set(connectionId, 0)
  writeU32(head, 8, ACTION.scrape)
  writeU32(head, 12, transaction)
  return concat([head, ...infoHashes])
}

/** Decodes the start of every response. Returns null if the packet is too short. */
export function decodeHead(bytes: Uint8Array): { action: number; transaction: number } | null {
  return bytes.length < 8 ? null : { action: readU32(bytes, 0), transaction: readU32(bytes, 4) }
}

/** Returns the 8 bytes of the connection ID, or null if the packet is too short. */
export function decodeConnect(bytes: Uint8Array): Uint8Array | null {
  return bytes.length < 16 ? null : bytes.slice(8, 16)
}

/**
 * Returns null if the packet is too short. Drops an incomplete last peer and peers beyond
 * MAX_PEERS.
 */
export function decodeAnnounce(bytes: Uint8Array, family: IpFamily): AnnounceAnswer | null {
  if (bytes.length < 20) return null
  const seconds = readU32(bytes, 8)
  return {
    // Ignore zero, and values that are negative when read as a signed number, which no tracker
    // intends.
    ...(seconds > 0 && seconds < 2 ** 31 && { intervalMs: seconds * 1000 }),
    ...knownCount('leeches', readU32(bytes, 12)),
    ...knownCount('seeds', readU32(bytes, 16)),
    peers: decodeCompactPeers(bytes.subarray(20), family, MAX_PEERS),
  }
}

/**
 * Returns one entry per requested torrent; null for those missing at the end of a short response.
 */
export function decodeScrape(bytes: Uint8Array, count: number): (ScrapeEntry | null)[] {
  return Array.from({ length: count }, (_, i) => {
    const at = 8 + 12 * i
    if (bytes.length < at + 12) return null
    return { seeds: readU32(bytes, at), downloads: readU32(bytes, at + 4), leeches: readU32(bytes, at + 8) }
  })
}

export function decodeError(bytes: Uint8Array): string {
  return cleanText(fromUtf8(bytes.subarray(8, 8 + 2048))) || 'no reason given'
}

/** BEP 41: the tracker joins chunks of at most 255 bytes. */
function encodeUrlData(urlData: string): Uint8Array {
  const data = utf8(urlData).subarray(0, MAX_URL_DATA)
  const parts: Uint8Array[] = []
  for (let at = 0; at < data.length; at += 255) {
    const chunk = data.subarray(at, at + 255)
    parts.push(Uint8Array.of(URL_DATA, chunk.length), chunk)
  }
  return concat(parts)
}

function writeU64(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, Math.floor(value / 2 ** 32))
  writeU32(bytes, at + 4, value % 2 ** 32)
}

/** Leaves out a negative count, which some trackers send for an unknown one. */
function knownCount(name: 'seeds' | 'leeches', value: number): { seeds?: number; leeches?: number } {
  return value < 2 ** 31 ? { [name]: value } : {}
}
