import { hex, latin1 } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Connection } from '../transport.ts'
import { dtlsBinding } from './dtls-binding.ts'
import type { RtcCandidate, RtcConfig, RtcFactory, RtcPeer } from './rtc.ts'
import { CandidateLimit, splitCandidates } from './sdp.ts'
import { WebrtcConnection } from './webrtc-connection.ts'

/** Limit of pending peer connections. */
const MAX_PENDING = 64
/**
 * Maximum number of those started by others. They are not dropped early, so they must leave room
 * for our own offers and for other torrents.
 */
const MAX_INCOMING = 32
const MAX_INCOMING_PER_TORRENT = 8
/** Limit of offers that are created at the same time. */
const MAX_AT_ONCE = 10
/** After this time an unanswered offer makes room for others: trackers forward offers at once. */
const STALE_OFFER_MS = 15_000
/** Time after which no answer to an offer is expected. */
const OFFER_LIMIT_MS = 55_000
/** Time from the answer to an open channel. */
const CONNECT_LIMIT_MS = 20_000

/**
 * libdatachannel refuses a peer whose DTLS handshake ends while it is still processing the answer,
 * which happens on one machine if the peer connected first. So the answering side adds the
 * candidates of the other side a little after it sent its answer.
 */
const ANSWER_HEAD_START_MS = 250
/**
 * Maximum number of trackers' STUN servers that are used, in addition to those of the settings.
 * Browsers slow down with more than five.
 */
const MAX_TRACKER_STUN = 3

/** An offer as it is sent to the other side. */
export interface RtcOffer {
  /** 20 characters, each one byte. */
  readonly id: string
  readonly sdp: string
}

export interface PeerSignalingOptions {
  readonly clock: Clock
  readonly random: Random
  /** Rejects with `unsupported` if the platform has no WebRTC. */
  readonly openRtc: () => Promise<RtcFactory>
  readonly config: () => RtcConfig
  /**
   * Whether the torrent wants another connection now: to the peer with that 20-byte ID, or to any.
   */
  readonly wants: (infoHash: Uint8Array, peerId?: Uint8Array) => boolean
  /** A peer connection is open. `connection.incoming` is true if the other side made the offer. */
  readonly onConnection: (infoHash: Uint8Array, connection: Connection) => void
}

/** A peer connection that is not open yet. */
interface PendingPeer {
  readonly infoHash: Uint8Array
  readonly peer: RtcPeer
  readonly createdMs: number
  readonly incoming: boolean
  /** Limits the candidates of the other side. */
  readonly candidates: CandidateLimit
  /** Both descriptions, once they are known. */
  ours: string
  theirs: string
  state: 'offered' | 'connecting'
  cancelTimers: () => void
}

/** The contract between trackers and WebRTC: creates offers, answers offers and accepts answers. */
export interface Signaling {
  /**
   * Called if a peer answered our offer for the torrent but no connection was established. Set by
   * the user of this object.
   */
  onFailed?: ((infoHash: Uint8Array) => void) | undefined
  /**
   * Creates offers, at most `count`, fewer if there is no room. Rejects with `unsupported` without
   * WebRTC, or with the signal's reason.
   */
  offer(infoHash: Uint8Array, count: number, options: { signal: AbortSignal }): Promise<RtcOffer[]>
  /**
   * Answers an offer, whose description must be clean (see sdp.ts). Resolves to null if no such
   * peer is wanted. Never rejects.
   */
  answer(infoHash: Uint8Array, offer: RtcOffer, peerId: Uint8Array): Promise<string | null>
  /** A peer answered our offer with a clean description. */
  accept(offerId: string, sdp: string): void
  /** The other side of an offer, theirs or ours, sent a candidate. */
  addCandidate(offerId: string, candidate: RtcCandidate): void
  /**
   * A tracker reports that its host (as in its URL) answers STUN on this UDP port. New connections
   * use it. Returns true if it was not used before.
   */
  addStun?(host: string, port: number): boolean
}

/**
 * Creates WebRTC connections from offers and answers that others carry. Everything pending is
 * bounded in number and time, because each peer connection costs a socket and keys, and most offers
 * are never answered.
 *
 * This is not a `Transport`: a WebRTC peer has no address to dial or to listen at. Both sides need
 * a third party, a tracker, to carry their session descriptions, and an offer is made before it is
 * known who will answer. Its result is an ordinary `Connection`, which the session treats like any
 * other: as one that it dialed if we made the offer, and as an incoming one otherwise.
 */
export class PeerSignaling implements Signaling {
  onFailed: ((infoHash: Uint8Array) => void) | undefined
  readonly #options: PeerSignalingOptions
  readonly #pending = new Map<string, PendingPeer>()
  readonly #abort = new AbortController()
  #rtc: Promise<RtcFactory> | undefined
  /** URLs of STUN servers. */
  readonly #stun = new Set<string>()

  constructor(options: PeerSignalingOptions) {
    this.#options = options
  }

  /** Number of pending peer connections. */
  get size(): number {
    return this.#pending.size
  }

  async offer(infoHash: Uint8Array, count: number, { signal }: { signal: AbortSignal }): Promise<RtcOffer[]> {
    const rtc = await this.#open()
    const offers: RtcOffer[] = []
    if (!this.#options.wants(infoHash)) return offers
    for (let left = count; left > 0 && !signal.aborted; left -= MAX_AT_ONCE) {
      const room = Math.min(left, MAX_AT_ONCE, this.#makeRoom(left))
      const made = await Promise.all(Array.from({ length: room }, () => this.#offer(rtc, infoHash, signal)))
      offers.push(...made.filter(offer => offer !== null))
    }
    signal.throwIfAborted()
    return offers
  }

  async answer(infoHash: Uint8Array, offer: RtcOffer, peerId: Uint8Array): Promise<string | null> {
    const id = incomingId(offer.id)
    try {
      const rtc = await this.#open()
      if (!this.#options.wants(infoHash, peerId) || this.#pending.has(id)) return null
      if (!this.#admits(infoHash) || this.#makeRoom(1) === 0) return null
      const pending = this.#create(rtc, id, infoHash, true)
      const { bare, candidates } = splitCandidates(offer.sdp)
      countCandidates(pending, candidates)
      pending.theirs = bare
      pending.ours = await pending.peer.acceptOffer(bare, { signal: this.#abort.signal })
      if (candidates.length > 0) this.#addCandidatesLater(pending, candidates)
      return pending.ours
    } catch {
      this.#end(id)
      return null
    }
  }

  accept(offerId: string, sdp: string): void {
    const pending = this.#pending.get(offerId)
    if (pending?.state !== 'offered') return
    if (!this.#options.wants(pending.infoHash)) return this.#end(offerId)
    pending.state = 'connecting'
    pending.theirs = sdp
    this.#limit(offerId, pending, CONNECT_LIMIT_MS)
    countCandidates(pending, splitCandidates(sdp).candidates)
    pending.peer.acceptAnswer(sdp).catch(() => this.#fail(offerId))
  }

  addCandidate(offerId: string, candidate: RtcCandidate): void {
    const pending = this.#pending.get(offerId) ?? this.#pending.get(incomingId(offerId))
    if (pending?.candidates.admits(candidate.candidate)) pending.peer.addCandidate(candidate)
  }

  addStun(host: string, port: number): boolean {
    const known = this.#stun.size
    if (port < 65_536 && known < MAX_TRACKER_STUN) this.#stun.add(`stun:${host}:${port}`)
    return this.#stun.size > known
  }

  /** Closes all pending peer connections. */
  close(): void {
    this.#abort.abort(new ShoalError('closed', 'the session was closed'))
    for (const id of [...this.#pending.keys()]) this.#end(id)
  }

  #open(): Promise<RtcFactory> {
    this.#rtc ??= this.#options.openRtc()
    return this.#rtc
  }

  async #offer(rtc: RtcFactory, infoHash: Uint8Array, signal: AbortSignal): Promise<RtcOffer | null> {
    const id = this.#newId()
    const pending = this.#create(rtc, id, infoHash, false)
    try {
      pending.ours = await pending.peer.createOffer({ signal: AbortSignal.any([signal, this.#abort.signal]) })
      return this.#pending.has(id) ? { id, sdp: pending.ours } : null
    } catch {
      this.#end(id)
      return null
    }
  }

  #create(rtc: RtcFactory, id: string, infoHash: Uint8Array, incoming: boolean): PendingPeer {
    this.#abort.signal.throwIfAborted()
    const { clock, config } = this.#options
    const given = config()
    const iceServers = [...given.iceServers, ...[...this.#stun].map(urls => ({ urls }))]
    const peer = rtc.createPeer(
      { ...given, iceServers },
      {
        onChannel: channel => {
          this.#forget(id)
          const unknown = `webrtc-${hex(this.#options.random.bytes(4))}`
          const channelBinding = dtlsBinding(pending.ours, pending.theirs)
          const connection = new WebrtcConnection(channel, { incoming, unknown, channelBinding })
          if (this.#abort.signal.aborted) connection.close()
          else this.#options.onConnection(infoHash, connection)
        },
        onFailed: () => this.#fail(id),
      },
    )
    const state = incoming ? 'connecting' : 'offered'
    const createdMs = clock.nowMs()
    const limit = new CandidateLimit()
    const pending: PendingPeer = {
      infoHash,
      peer,
      createdMs,
      incoming,
      candidates: limit,
      ours: '',
      theirs: '',
      state,
      cancelTimers: () => {},
    }
    this.#pending.set(id, pending)
    this.#limit(id, pending, incoming ? CONNECT_LIMIT_MS : OFFER_LIMIT_MS)
    return pending
  }

  #addCandidatesLater(pending: PendingPeer, candidates: readonly RtcCandidate[]): void {
    const cancelCandidates = this.#options.clock.after(ANSWER_HEAD_START_MS, () => {
      for (const candidate of candidates) pending.peer.addCandidate(candidate)
    })
    const { cancelTimers } = pending
    pending.cancelTimers = () => {
      cancelTimers()
      cancelCandidates()
    }
  }

  #limit(id: string, pending: PendingPeer, limitMs: number): void {
    pending.cancelTimers()
    pending.cancelTimers = this.#options.clock.after(limitMs, () => this.#fail(id))
  }

  /** Whether another offer for the torrent may be answered. */
  #admits(infoHash: Uint8Array): boolean {
    const incoming = [...this.#pending.values()].filter(pending => pending.incoming)
    const hash = latin1(infoHash)
    const ofTorrent = incoming.filter(pending => latin1(pending.infoHash) === hash)
    return incoming.length < MAX_INCOMING && ofTorrent.length < MAX_INCOMING_PER_TORRENT
  }

  /**
   * Returns how many of `count` fit, after closing stale offers, the oldest first, if there is too
   * little room.
   */
  #makeRoom(count: number): number {
    const staleMs = this.#options.clock.nowMs() - STALE_OFFER_MS
    for (const [id, { state, createdMs }] of this.#pending) {
      if (this.#pending.size + count <= MAX_PENDING) break
      if (state === 'offered' && createdMs < staleMs) this.#end(id)
    }
    return Math.max(0, Math.min(count, MAX_PENDING - this.#pending.size))
  }

  #newId(): string {
    return latin1(this.#options.random.bytes(20))
  }

  #forget(id: string): PendingPeer | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    pending?.cancelTimers()
    return pending
  }

  #fail(id: string): void {
    const pending = this.#pending.get(id)
    this.#end(id)
    if (pending?.state === 'connecting' && !pending.incoming) this.onFailed?.(pending.infoHash)
  }

  #end(id: string): void {
    this.#forget(id)?.peer.close()
  }
}

/** Counts the candidates of a clean description, which always fit, towards the limit. */
function countCandidates(pending: PendingPeer, candidates: readonly RtcCandidate[]): void {
  for (const { candidate } of candidates) pending.candidates.admits(candidate)
}

/**
 * The key of an offer from another peer. That peer chose the ID, and may have chosen the ID of one
 * of our offers.
 */
function incomingId(offerId: string): string {
  return `incoming ${offerId}`
}
