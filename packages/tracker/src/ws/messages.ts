/**
 * Messages of WebTorrent clients to their trackers: JSON, with hashes of 20 bytes as 20 characters.
 * There is no BEP; this is the protocol of the npm packages bittorrent-tracker and webtorrent.
 */
import { asObject, isByteText, type JsonFields, parseObject } from '@shoal/torrent/json'

/** Enough for ten offers of about 4 KB each, with a margin. */
export const MAX_MESSAGE_BYTES = 200_000
export const MAX_OFFERS = 20
const MAX_SCRAPE = 100
const MAX_SDP = 16_384
const MAX_OFFER_ID = 64
const MAX_CANDIDATE = 2048
/** RFC 8839 section 5.4. */
const MAX_USERNAME_FRAGMENT = 256

export interface Offer {
  readonly id: string
  /** Relayed with its known members only. */
  readonly description: object
}

export type ClientMessage =
  | {
      readonly kind: 'announce'
      readonly hash: string
      readonly peerId: string
      readonly isSeed: boolean
      readonly event: 'none' | 'started' | 'stopped' | 'completed'
      readonly offers: readonly Offer[]
      /** Bytes since the peer started, as it reports, or -1. */
      readonly uploadedBytes: number
      readonly downloadedBytes: number
    }
  | {
      readonly kind: 'answer'
      readonly hash: string
      readonly peerId: string
      readonly toPeerId: string
      readonly offerId: string
      readonly description: object
    }
  | { readonly kind: 'scrape'; readonly hashes: readonly string[] }

/** Parses a message. Returns a string with the reason if it is invalid. */
export function readMessage(text: string): ClientMessage | string {
  const message = parseObject(text)
  if (!message) return 'The message is not a JSON object'
  if (message.action === 'scrape') return readScrape(message)
  if (message.action !== 'announce') return 'The action is neither announce nor scrape'
  const { info_hash: hash, peer_id: peerId } = message
  if (!isByteText(hash)) return 'The info_hash must have 20 characters'
  if (!isByteText(peerId)) return 'The peer_id must have 20 characters'
  if (message.answer !== undefined && message.answer !== null) return readAnswer(message, hash, peerId)
  const event = message.event
  return {
    kind: 'announce',
    hash,
    peerId,
    isSeed: message.left === 0 || message.left === '0',
    event: event === 'started' || event === 'stopped' || event === 'completed' ? event : 'none',
    offers: Array.isArray(message.offers) ? message.offers.slice(0, MAX_OFFERS).flatMap(readOffer) : [],
    uploadedBytes: readCount(message.uploaded),
    downloadedBytes: readCount(message.downloaded),
  }
}

function readCount(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : -1
}

function readScrape({ info_hash: given }: JsonFields): ClientMessage | string {
  const hashes = Array.isArray(given) ? given : [given]
  if (hashes.length === 0 || hashes.length > MAX_SCRAPE || !hashes.every(isByteText))
    return `Name 1 to ${MAX_SCRAPE} torrents to scrape, in 20 characters each`
  return { kind: 'scrape', hashes }
}

function readAnswer(message: JsonFields, hash: string, peerId: string): ClientMessage | string {
  const { to_peer_id: toPeerId, offer_id: offerId } = message
  const description = readDescription(message.answer)
  if (!isByteText(toPeerId)) return 'The to_peer_id must have 20 characters'
  if (!isOfferId(offerId)) return 'The offer_id is missing or too long'
  return description
    ? { kind: 'answer', hash, peerId, toPeerId, offerId, description }
    : 'The answer is invalid'
}

/** A page that is connected to another process of the tracker. */
export interface FarPage {
  /** The number of that process. */
  readonly process: number
  /** The page's number there. */
  readonly number: number
  readonly hash: string
  readonly peerId: string
}

/** An offer or answer of a remote page to one that is connected to this process. */
export interface FarSignal {
  readonly kind: 'offer' | 'answer'
  /** The page's number. */
  readonly to: number
  readonly from: FarPage
  readonly offerId: string
  readonly description: object
}

/** Parses a signal of another process of the tracker. Returns null if it is invalid. */
export function readFarSignal(text: string): FarSignal | null {
  const { kind, to, from, offerId, description: given } = parseObject(text) ?? {}
  const { process, number, hash, peerId } = asObject(from) ?? {}
  const description = readDescription(given)
  const isValid = isWord(to) && isWord(process) && isWord(number) && isByteText(hash) && isByteText(peerId)
  if (!isValid || (kind !== 'offer' && kind !== 'answer') || !isOfferId(offerId) || !description) return null
  return { kind, to, from: { process, number, hash, peerId }, offerId, description }
}

function isWord(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value
}

/** Returns an empty list for an invalid offer. */
function readOffer(value: unknown): Offer[] {
  const { offer_id: id, offer } = asObject(value) ?? {}
  const description = readDescription(offer)
  return isOfferId(id) && description ? [{ id, description }] : []
}

/** Parses a session description, or a candidate that follows it. */
function readDescription(value: unknown): object | null {
  const { type, sdp, candidate } = asObject(value) ?? {}
  if (typeof sdp === 'string' && sdp.length <= MAX_SDP && (type === 'offer' || type === 'answer'))
    return { type, sdp }
  const known = readCandidate(asObject(candidate))
  return known && { type: 'candidate', candidate: known }
}

/**
 * Parses an RTCIceCandidateInit and keeps its known members only, since others may be nested
 * deeply.
 */
function readCandidate(value: JsonFields | null): object | null {
  if (typeof value?.candidate !== 'string' || value.candidate.length > MAX_CANDIDATE) return null
  const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = value
  return {
    candidate,
    ...((sdpMid === null || isShort(sdpMid)) && { sdpMid }),
    ...((sdpMLineIndex === null || typeof sdpMLineIndex === 'number') && { sdpMLineIndex }),
    ...((usernameFragment === null || isShort(usernameFragment)) && { usernameFragment }),
  }
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_USERNAME_FRAGMENT
}

function isOfferId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_OFFER_ID
}

/** Writes an info hash of 20 characters as five big-endian words. */
export function readHash(text: string, hash: Int32Array): void {
  for (let at = 0; at < 20; at++) hash[at >> 2] = (hash[at >> 2]! << 8) | text.charCodeAt(at)
}
