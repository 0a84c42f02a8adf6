import { equalBytes, fromLatin1, latin1 } from '../../../base/bytes.ts'
import type { Clock } from '../../../base/clock.ts'
import type { Signaling } from '../../../transport/webrtc/peer-signaling.ts'
import {
  type AnnounceAnswer,
  type AnnounceRequest,
  type ScrapeEntry,
  TrackerError,
  type TrackerProtocol,
} from '../tracker.ts'
import type { OpenSocket } from './web-socket.ts'
import { WsLink } from './ws-link.ts'
import { announceText, answerText, scrapeText, type TrackerMessage } from './ws-messages.ts'

export interface WsTrackerOptions {
  readonly clock: Clock
  readonly openSocket: OpenSocket
  /** Null while WebRTC is off; announces fail then. */
  readonly signaling: () => Signaling | null
}

/**
 * Offers per announce, as many as WebTorrent makes. Each is a pending peer connection, which takes
 * a page about ten milliseconds to create before the announce. Seeds need fewer, since leeches make
 * offers to them.
 */
const MAX_OFFERS = 5
const MAX_SEED_OFFERS = 4
const MAX_SCRAPE = 100
/**
 * Number of extra offers that are sent if a peer that answered an offer could not be reached, or
 * once the tracker has announced its STUN server, and minimum time between two such batches.
 */
const EXTRA_OFFERS = 2
const EXTRA_OFFERS_EVERY_MS = 15_000
/**
 * Time from such a failure to a second batch of extra offers: WebTorrent does not notice that a
 * connection failed, and ignores further offers of the same peer for the 25 s in which one may
 * open.
 */
const OFFER_LATER_MS = 30_000

/** A torrent at a tracker. */
interface Member {
  /** The last announce. */
  readonly request: AnnounceRequest
  /** When extra offers were last sent. */
  readonly extraOffersMs: number
}

/** WebTorrent trackers, which relay offers and answers of WebRTC peers instead of addresses. */
export class WsTracker implements TrackerProtocol {
  readonly timeLimitMs = 30_000
  /** Short, since every new connection needs fresh offers: there are no addresses to try again. */
  readonly refreshMs = 15_000
  onLost: ((url: string, reason?: string) => void) | undefined
  readonly #options: WsTrackerOptions
  readonly #links = new Map<string, WsLink>()
  /** By `memberKey`. */
  readonly #members = new Map<string, Member>()
  /** Cancels the second batches of extra offers, by info hash. */
  readonly #later = new Map<string, () => void>()

  constructor(options: WsTrackerOptions) {
    this.#options = options
  }

  async announce(
    url: string,
    request: AnnounceRequest,
    { signal }: { signal: AbortSignal },
  ): Promise<AnnounceAnswer> {
    const signaling = this.#signaling()
    const infoHash = latin1(request.infoHash)
    return this.#use(url, async link => {
      await link.opened(signal)
      if (request.event === 'stopped') return this.#leave(link, url, request)
      const offers = await signaling.offer(request.infoHash, offerCount(request), { signal })
      // Offers from other peers may arrive before the response.
      const key = memberKey(url, infoHash)
      const extraOffersMs = this.#members.get(key)?.extraOffersMs ?? Number.NEGATIVE_INFINITY
      this.#members.set(key, { request, extraOffersMs })
      try {
        const answered = link.announced(infoHash, signal)
        link.send(announceText(request, offers))
        const answer = await answered
        link.members.add(infoHash)
        // These offers were made without the STUN server, so they fail through most routers.
        if (answer.stunPort && signaling.addStun?.(new URL(url).hostname, answer.stunPort) && offers[0])
          void this.#offerAgain(request.infoHash)
        return answer
      } finally {
        if (!link.members.has(infoHash)) this.#members.delete(key)
      }
    })
  }

  async scrape(
    url: string,
    infoHashes: readonly Uint8Array[],
    { signal }: { signal: AbortSignal },
  ): Promise<(ScrapeEntry | null)[]> {
    return this.#use(url, async link => {
      await link.opened(signal)
      const entries: (ScrapeEntry | null)[] = []
      for (let at = 0; at < infoHashes.length; at += MAX_SCRAPE) {
        const batch = infoHashes.slice(at, at + MAX_SCRAPE)
        const answered = link.scraped(signal)
        link.send(scrapeText(batch))
        const found = await answered
        entries.push(...batch.map(infoHash => found.get(latin1(infoHash)) ?? null))
      }
      return entries
    })
  }

  networkChanged(): void {
    for (const link of [...this.#links.values()]) link.disconnect()
  }

  async close(): Promise<void> {
    for (const link of this.#links.values()) link.close()
    this.#links.clear()
    this.#members.clear()
    for (const cancel of this.#later.values()) cancel()
    this.#later.clear()
  }

  #signaling(): Signaling {
    const signaling = this.#options.signaling()
    if (!signaling) throw new TrackerError('unsupported', 'WebRTC is off, which this kind of tracker needs')
    signaling.onFailed ??= infoHash => this.#onFailed(infoHash)
    return signaling
  }

  #onFailed(hash: Uint8Array): void {
    const infoHash = latin1(hash)
    const isMember = [...this.#links.values()].some(link => link.members.has(infoHash))
    if (isMember && !this.#later.has(infoHash)) {
      const cancel = this.#options.clock.after(OFFER_LATER_MS, () => {
        this.#later.delete(infoHash)
        void this.#offerAgain(hash)
      })
      this.#later.set(infoHash, cancel)
    }
    void this.#offerAgain(hash)
  }

  async #offerAgain(hash: Uint8Array): Promise<void> {
    const [infoHash, nowMs] = [latin1(hash), this.#options.clock.nowMs()]
    for (const [url, link] of this.#links) {
      const key = memberKey(url, infoHash)
      const member = this.#members.get(key)
      if (!member || !link.members.has(infoHash) || nowMs - member.extraOffersMs < EXTRA_OFFERS_EVERY_MS)
        continue
      this.#members.set(key, { ...member, extraOffersMs: nowMs })
      const signal = AbortSignal.timeout(this.timeLimitMs)
      const offers = await this.#options
        .signaling()
        ?.offer(hash, EXTRA_OFFERS, { signal })
        .catch(() => [])
      if (!offers?.length || !link.members.has(infoHash)) continue
      link.send(announceText({ ...member.request, event: 'none' }, offers))
    }
  }

  /** Runs `work` with the link to the URL, which stays open while it has members. */
  async #use<T>(url: string, work: (link: WsLink) => Promise<T>): Promise<T> {
    const link = this.#links.get(url) ?? this.#open(url)
    link.users++
    try {
      return await work(link)
    } finally {
      link.users--
      if (link.users === 0 && link.members.size === 0) {
        link.close()
        this.#forget(url, link)
      }
    }
  }

  #open(url: string): WsLink {
    const { clock, openSocket } = this.#options
    try {
      const link: WsLink = new WsLink({
        url,
        clock,
        openSocket,
        onSignal: message => this.#onSignal(url, link, message),
        onLost: reason => {
          this.#forget(url, link)
          for (const infoHash of link.members) this.#members.delete(memberKey(url, infoHash))
          if (link.members.size > 0) this.onLost?.(url, reason)
        },
      })
      this.#links.set(url, link)
      return link
    } catch (error) {
      throw new TrackerError('unreachable', 'Cannot connect to the tracker', { cause: error })
    }
  }

  #forget(url: string, link: WsLink): void {
    if (this.#links.get(url) === link) this.#links.delete(url)
  }

  #leave(link: WsLink, url: string, request: AnnounceRequest): AnnounceAnswer {
    const infoHash = latin1(request.infoHash)
    link.members.delete(infoHash)
    this.#members.delete(memberKey(url, infoHash))
    link.send(announceText(request, []))
    // Not every tracker responds to `stopped`.
    return { peers: [] }
  }

  #onSignal(url: string, link: WsLink, message: TrackerMessage): void {
    const signaling = this.#options.signaling()
    if (!signaling) return
    if (message.kind === 'answer') signaling.accept(message.offerId, message.sdp)
    else if (message.kind === 'candidate') signaling.addCandidate(message.offerId, message.candidate)
    else if (message.kind === 'offer') void this.#answer(url, link, signaling, message)
  }

  async #answer(
    url: string,
    link: WsLink,
    signaling: Signaling,
    offer: TrackerMessage & { kind: 'offer' },
  ): Promise<void> {
    const { infoHash, offerId, peerId: toPeerId } = offer
    const key = memberKey(url, infoHash)
    const member = this.#members.get(key)
    const theirId = fromLatin1(toPeerId)
    // Trackers may send us our own offers.
    if (!member || equalBytes(theirId, member.request.peerId)) return
    const { peerId, left } = member.request
    const sdp = await signaling.answer(fromLatin1(infoHash), { id: offerId, sdp: offer.sdp }, theirId)
    if (sdp === null || !this.#members.has(key)) return
    link.send(answerText({ infoHash, toPeerId, offerId, sdp, peerId, left }))
  }
}

function memberKey(url: string, infoHash: string): string {
  return `${infoHash}${url}`
}

function offerCount({ event, numWant, left }: AnnounceRequest): number {
  return event === 'completed' ? 0 : Math.min(numWant, left === 0 ? MAX_SEED_OFFERS : MAX_OFFERS)
}
