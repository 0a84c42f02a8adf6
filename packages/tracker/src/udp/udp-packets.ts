/** Decoding of requests and encoding of responses (BEP 15, BEP 41). */
import {
  type Announce,
  type AnnounceEvent,
  FAMILY,
  MAX_PEERS,
  PEER_BYTES,
  type SwarmCounts,
} from '../store.ts'

export const ACTION = { connect: 0, announce: 1, scrape: 2, error: 3 } as const
export const CONNECT_BYTES = 16
export const ANNOUNCE_BYTES = 98
export const SCRAPE_HEAD_BYTES = 16
/** Maximum number of info hashes in one scrape, which fit into a datagram of 1,500 bytes. */
export const MAX_SCRAPE = 74
/**
 * Maximum length of a response, by family; for IPv6 the smallest packet that every network
 * carries.
 */
const MAX_ANSWER_BYTES = [1472, 1232] as const
/** Number of peers if the client leaves it to the tracker (BEP 15: -1). */
const DEFAULT_WANTED = 50
const ANNOUNCE_HEAD_BYTES = 20

/** Returns how many peers fit into a response of this family. */
const mostPeers = (family: 0 | 1) =>
  Math.min(MAX_PEERS, Math.floor((MAX_ANSWER_BYTES[family] - ANNOUNCE_HEAD_BYTES) / PEER_BYTES[family]))

export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** BEP 15: protocol_id 0x41727101980. */
export function isConnect(bytes: Uint8Array): boolean {
  return word(bytes, 0) === 0x417 && word(bytes, 4) === 0x27101980
}

export function readHash(bytes: Uint8Array, at: number, hash: Int32Array): void {
  for (let i = 0; i < 5; i++) hash[i] = word(bytes, at + 4 * i)
}

/**
 * Decodes a packet of at least ANNOUNCE_BYTES, without the address. Returns false if a field is
 * invalid.
 */
export function readAnnounce(bytes: Uint8Array, announce: Announce): boolean {
  readHash(bytes, 16, announce.hash)
  announce.isSeed = word(bytes, 64) === 0 && word(bytes, 68) === 0
  const event = word(bytes, 80)
  announce.event = (event >= 0 && event <= 3 ? event : 0) as AnnounceEvent
  const wanted = word(bytes, 92)
  const most = mostPeers(announce.family === FAMILY.ipv6 ? 1 : 0)
  announce.wanted = wanted < 0 ? DEFAULT_WANTED : Math.min(wanted, most)
  announce.port = (bytes[96]! << 8) | bytes[97]!
  return announce.port !== 0
}

/** Decodes the peer ID and the peer's transfers. Returns false if a number is not safe. */
export function readTransfers(bytes: Uint8Array, announce: Announce): boolean {
  announce.peerId.set(bytes.subarray(36, 56))
  announce.downloadedBytes = long(bytes, 56)
  announce.uploadedBytes = long(bytes, 72)
  return Number.isSafeInteger(announce.downloadedBytes) && Number.isSafeInteger(announce.uploadedBytes)
}

function long(bytes: Uint8Array, at: number): number {
  return (word(bytes, at) >>> 0) * 2 ** 32 + (word(bytes, at + 4) >>> 0)
}

/** Returns the IPv4 address to announce in place of the sender's own, or 0 for its own (BEP 15). */
export function readOtherAddress(bytes: Uint8Array): number {
  return word(bytes, 84)
}

/** Encodes a response. Returns its length. */
export function writeAnnounce(
  view: DataView,
  bytes: Uint8Array,
  transaction: number,
  announce: Announce,
): number {
  view.setInt32(0, ACTION.announce)
  view.setInt32(4, transaction)
  view.setInt32(8, announce.intervalSeconds)
  view.setInt32(12, announce.leeches)
  view.setInt32(16, announce.seeds)
  const length = announce.peerCount * PEER_BYTES[announce.family]
  const peers = announce.peers
  for (let at = 0; at < length; at++) bytes[ANNOUNCE_HEAD_BYTES + at] = peers[at]!
  return ANNOUNCE_HEAD_BYTES + length
}

export function writeScrape(transaction: number, all: readonly SwarmCounts[]): Uint8Array {
  const answer = new Uint8Array(8 + 12 * all.length)
  const view = new DataView(answer.buffer)
  view.setInt32(0, ACTION.scrape)
  view.setInt32(4, transaction)
  for (const [at, { seeds, downloads, leeches }] of all.entries()) {
    view.setInt32(8 + 12 * at, seeds)
    view.setInt32(12 + 12 * at, downloads)
    view.setInt32(16 + 12 * at, leeches)
  }
  return answer
}

export function writeError(view: DataView, bytes: Uint8Array, transaction: number, message: string): number {
  view.setInt32(0, ACTION.error)
  view.setInt32(4, transaction)
  return 8 + new TextEncoder().encodeInto(message, bytes.subarray(8)).written
}

/**
 * BEP 41: returns the path and query of the announce URL from the options after an announce, or an
 * empty string.
 */
export function readUrlData(bytes: Uint8Array): string {
  let text = ''
  for (let at = ANNOUNCE_BYTES; at < bytes.length; ) {
    const option = bytes[at]!
    if (option === 0) break
    if (option === 1) {
      at++
      continue
    }
    const length = bytes[at + 1] ?? 0
    if (option === 2) text += String.fromCharCode(...bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return text
}

/** Returns the passkey in `/<passkey>/announce`, or null. */
export function parsePasskey(path: string): string | null {
  return /^\/([A-Za-z0-9]{8,64})\/(?:announce|scrape)(?:$|\?)/.exec(path)?.[1] ?? null
}
