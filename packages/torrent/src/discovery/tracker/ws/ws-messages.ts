/**
 * Messages of WebTorrent trackers: JSON over a WebSocket, with hashes of 20 bytes as 20 characters.
 * There is no BEP; this is the protocol of the npm packages bittorrent-tracker and webtorrent.
 */
import { latin1 } from '../../../base/bytes.ts'
import { asObject, isByteText, type JsonFields, parseObject } from '../../../base/json.ts'
import type { RtcOffer } from '../../../transport/webrtc/peer-signaling.ts'
import type { RtcCandidate } from '../../../transport/webrtc/rtc.ts'
import { cleanCandidate, cleanSdp } from '../../../transport/webrtc/sdp.ts'
import { type AnnounceAnswer, type AnnounceRequest, cleanText, type ScrapeEntry } from '../tracker.ts'

/**
 * Longest message in characters. A response to the scrape of a hundred torrents takes about 10,000,
 * an offer 4,000.
 */
export const MAX_MESSAGE = 100_000
const MAX_OFFER_ID = 64
const MAX_TRACKER_ID = 200
const MAX_SCRAPED = 200

/** A message from a tracker. Info hashes and peer IDs have 20 characters. */
export type TrackerMessage =
  | { kind: 'offer'; infoHash: string; peerId: string; offerId: string; sdp: string }
  | { kind: 'answer'; infoHash: string; peerId: string; offerId: string; sdp: string }
  | { kind: 'candidate'; offerId: string; candidate: RtcCandidate }
  | { kind: 'announced'; infoHash: string; answer: AnnounceAnswer }
  | { kind: 'scraped'; entries: Map<string, ScrapeEntry> }
  /** Without an info hash it concerns any pending request. */
  | { kind: 'failure'; infoHash: string | undefined; reason: string }

export function announceText(request: AnnounceRequest, offers: readonly RtcOffer[]): string {
  const { event, trackerId } = request
  return JSON.stringify({
    action: 'announce',
    info_hash: latin1(request.infoHash),
    peer_id: latin1(request.peerId),
    uploaded: request.uploaded,
    downloaded: request.downloaded,
    left: request.left,
    // Some of these trackers do not know BEP 21's `paused`.
    ...(event !== 'none' && event !== 'paused' && { event }),
    numwant: offers.length,
    offers: offers.map(({ id, sdp }) => ({ offer_id: id, offer: { type: 'offer', sdp } })),
    ...(trackerId !== undefined && { trackerid: trackerId }),
  })
}

export function answerText(answer: {
  readonly infoHash: string
  readonly peerId: Uint8Array
  readonly toPeerId: string
  readonly offerId: string
  readonly sdp: string
  readonly left: number
}): string {
  return JSON.stringify({
    action: 'announce',
    info_hash: answer.infoHash,
    peer_id: latin1(answer.peerId),
    to_peer_id: answer.toPeerId,
    offer_id: answer.offerId,
    answer: { type: 'answer', sdp: answer.sdp },
    // Some trackers treat an answer as an announce too.
    left: answer.left,
  })
}

export function scrapeText(infoHashes: readonly Uint8Array[]): string {
  return JSON.stringify({ action: 'scrape', info_hash: infoHashes.map(latin1) })
}

/** Parses a message. Returns null if it is malformed or too long. */
export function parseTrackerMessage(text: string): TrackerMessage | null {
  if (text.length > MAX_MESSAGE) return null
  const message = parseObject(text)
  if (!message) return null
  const { info_hash, action } = message
  const infoHash = isByteText(info_hash) ? info_hash : undefined
  const reason = message['failure reason']
  if (typeof reason === 'string') return { kind: 'failure', infoHash, reason: cleanText(reason) }
  if (action === 'scrape') return { kind: 'scraped', entries: scraped(message.files) }
  if (action !== 'announce' || infoHash === undefined) return null
  if (message.offer !== undefined || message.answer !== undefined) return signal(message, infoHash)
  return { kind: 'announced', infoHash, answer: announced(message) }
}

function signal(message: JsonFields, infoHash: string): TrackerMessage | null {
  const { offer, answer, offer_id: offerId, peer_id: peerId } = message
  const description = asObject(offer ?? answer)
  if (!description || !isByteText(peerId)) return null
  if (typeof offerId !== 'string' || offerId === '' || offerId.length > MAX_OFFER_ID) return null
  const candidate = cleanCandidate(description.candidate)
  if (candidate) return { kind: 'candidate', offerId, candidate }
  const sdp = cleanSdp(description.sdp)
  return sdp === null
    ? null
    : { kind: offer === undefined ? 'answer' : 'offer', infoHash, peerId, offerId, sdp }
}

function announced(message: JsonFields): AnnounceAnswer {
  const intervalMs = seconds(message.interval)
  const minIntervalMs = seconds(message['min interval'])
  const trackerId = message['tracker id']
  const warning = message['warning message']
  const seeds = count(message.complete)
  const leeches = count(message.incomplete)
  const downloads = count(message.downloaded)
  const stunPort = count(message['stun port'])
  return {
    peers: [],
    ...(intervalMs !== undefined && { intervalMs }),
    ...(minIntervalMs !== undefined && { minIntervalMs }),
    ...(seeds !== undefined && { seeds }),
    ...(leeches !== undefined && { leeches }),
    ...(downloads !== undefined && { downloads }),
    ...(stunPort !== undefined && { stunPort }),
    ...(typeof trackerId === 'string' && trackerId.length <= MAX_TRACKER_ID && { trackerId }),
    ...(typeof warning === 'string' && { warning: cleanText(warning) }),
  }
}

function scraped(files: unknown): Map<string, ScrapeEntry> {
  const entries = new Map<string, ScrapeEntry>()
  for (const [infoHash, value] of Object.entries(asObject(files) ?? {}).slice(0, MAX_SCRAPED)) {
    const entry = asObject(value)
    if (!entry || !isByteText(infoHash)) continue
    const { complete, incomplete, downloaded } = entry
    entries.set(infoHash, {
      seeds: count(complete) ?? 0,
      leeches: count(incomplete) ?? 0,
      downloads: count(downloaded) ?? 0,
    })
  }
  return entries
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < 1e9 ? value * 1000 : undefined
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}
