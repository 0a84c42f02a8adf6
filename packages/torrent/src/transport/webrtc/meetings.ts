/**
 * Peer connections on their way: offers that wait for an answer, answers that wait for the other side. Bounded in number and time, since
 * each costs a socket and keys, and most offers are never taken.
 */
import { hex, latin1 } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { Connection } from '../transport.ts'
import type { RtcCandidate, RtcConfig, RtcFactory, RtcPeer } from './rtc.ts'
import { CandidateRoom, splitCandidates } from './sdp.ts'
import { WebrtcConnection } from './webrtc-connection.ts'

/** Peer connections that wait, in all. */
const MAX_WAITING = 64
/** Of those, begun by others: none gives way before its time, so they must leave room for our own offers, and for other torrents. */
const MAX_INCOMING = 32
const MAX_INCOMING_PER_TORRENT = 8
/** Made at a time. */
const MAX_AT_ONCE = 10
/** After this an offer that nobody took makes room for others: trackers hand offers on at once. */
const STALE_OFFER_MS = 15_000
/** After this nobody will take it. */
const OFFER_LIMIT_MS = 55_000
/** From the answer to an open channel. */
const CONNECT_LIMIT_MS = 20_000

/**
 * libdatachannel refuses a peer whose DTLS handshake ends while it still takes in the answer, which on one machine it does when the peer has
 * knocked before. So who answers knocks a little later than the answer leaves.
 */
const ANSWER_HEAD_START_MS = 250

/** An offer as it is sent away. */
export interface RtcOffer {
  /** 20 characters, each a byte. */
  readonly id: string
  readonly sdp: string
}

export interface MeetingsOptions {
  readonly clock: Clock
  readonly random: Random
  /** Rejects with `unsupported` where there is no WebRTC. */
  readonly openRtc: () => Promise<RtcFactory>
  readonly config: () => RtcConfig
  /** Whether the torrent wants a further connection now: to that peer, by its 20-byte ID, or at all. */
  readonly wants: (infoHash: Uint8Array, peerId?: Uint8Array) => boolean
  /** `incoming` of the connection tells whether the other side offered. */
  readonly onConnection: (infoHash: Uint8Array, connection: Connection) => void
}

interface Meeting {
  readonly infoHash: Uint8Array
  readonly peer: RtcPeer
  readonly madeMs: number
  readonly incoming: boolean
  /** For candidates of the other side. */
  readonly room: CandidateRoom
  state: 'offered' | 'connecting'
  cancelLimit: () => void
}

/** The contract that trackers signal by: makes offers, takes answers, answers offers. */
export interface Signalling {
  /** Set by its user: somebody took an offer of the torrent, and then there was no way to them. */
  onFailed?: ((infoHash: Uint8Array) => void) | undefined
  /** As many offers as may be, `count` at most. Rejects with `unsupported` without WebRTC, or with the signal's reason. */
  offer(infoHash: Uint8Array, count: number, options: { signal: AbortSignal }): Promise<RtcOffer[]>
  /** Our answer to a stranger's offer (a clean description), or null when we want none. Never rejects. */
  answer(infoHash: Uint8Array, offer: RtcOffer, peerId: Uint8Array): Promise<string | null>
  /** Somebody took our offer; a clean description. */
  accept(offerId: string, sdp: string): void
  /** Who took our offer, or made the one that we took, sends a candidate. */
  addCandidate(offerId: string, candidate: RtcCandidate): void
}

export class Meetings implements Signalling {
  onFailed: ((infoHash: Uint8Array) => void) | undefined
  readonly #options: MeetingsOptions
  readonly #meetings = new Map<string, Meeting>()
  readonly #abort = new AbortController()
  #rtc: Promise<RtcFactory> | undefined

  constructor(options: MeetingsOptions) {
    this.#options = options
  }

  /** Peer connections on their way. */
  get size(): number {
    return this.#meetings.size
  }

  async offer(infoHash: Uint8Array, count: number, { signal }: { signal: AbortSignal }): Promise<RtcOffer[]> {
    const rtc = await this.#open()
    const offers: RtcOffer[] = []
    for (let left = count; left > 0 && !signal.aborted; left -= MAX_AT_ONCE) {
      const room = Math.min(left, MAX_AT_ONCE, this.#makeRoom(left))
      const made = await Promise.all(Array.from({ length: room }, () => this.#offer(rtc, infoHash, signal)))
      offers.push(...made.filter(offer => offer !== null))
    }
    signal.throwIfAborted()
    return offers
  }

  async answer(infoHash: Uint8Array, offer: RtcOffer, peerId: Uint8Array): Promise<string | null> {
    const id = theirs(offer.id)
    try {
      const rtc = await this.#open()
      if (!this.#options.wants(infoHash, peerId) || this.#meetings.has(id)) return null
      if (!this.#admits(infoHash) || this.#makeRoom(1) === 0) return null
      const meeting = this.#meet(rtc, id, infoHash, true)
      const { bare, candidates } = splitCandidates(offer.sdp)
      takeRoom(meeting, candidates)
      const answer = await meeting.peer.acceptOffer(bare, { signal: this.#abort.signal })
      if (candidates.length > 0) this.#knockLater(meeting, candidates)
      return answer
    } catch {
      this.#end(id)
      return null
    }
  }

  accept(offerId: string, sdp: string): void {
    const meeting = this.#meetings.get(offerId)
    if (meeting?.state !== 'offered') return
    if (!this.#options.wants(meeting.infoHash)) return this.#end(offerId)
    meeting.state = 'connecting'
    this.#limit(offerId, meeting, CONNECT_LIMIT_MS)
    takeRoom(meeting, splitCandidates(sdp).candidates)
    meeting.peer.acceptAnswer(sdp).catch(() => this.#fail(offerId))
  }

  addCandidate(offerId: string, candidate: RtcCandidate): void {
    const meeting = this.#meetings.get(offerId) ?? this.#meetings.get(theirs(offerId))
    if (meeting?.room.admits(candidate.candidate)) meeting.peer.addCandidate(candidate)
  }

  /** Gives up all that are on their way. */
  close(): void {
    this.#abort.abort(new ShoalError('closed', 'the session was closed'))
    for (const id of [...this.#meetings.keys()]) this.#end(id)
  }

  #open(): Promise<RtcFactory> {
    this.#rtc ??= this.#options.openRtc()
    return this.#rtc
  }

  async #offer(rtc: RtcFactory, infoHash: Uint8Array, signal: AbortSignal): Promise<RtcOffer | null> {
    const id = this.#newId()
    const { peer } = this.#meet(rtc, id, infoHash, false)
    try {
      const sdp = await peer.createOffer({ signal: AbortSignal.any([signal, this.#abort.signal]) })
      return this.#meetings.has(id) ? { id, sdp } : null
    } catch {
      this.#end(id)
      return null
    }
  }

  #meet(rtc: RtcFactory, id: string, infoHash: Uint8Array, incoming: boolean): Meeting {
    this.#abort.signal.throwIfAborted()
    const { clock, config } = this.#options
    const peer = rtc.createPeer(config(), {
      onChannel: channel => {
        this.#forget(id)
        const unknown = `webrtc-${hex(this.#options.random.bytes(4))}`
        const connection = new WebrtcConnection(channel, { incoming, unknown })
        if (this.#abort.signal.aborted) connection.close()
        else this.#options.onConnection(infoHash, connection)
      },
      onFailed: () => this.#fail(id),
    })
    const state = incoming ? 'connecting' : 'offered'
    const madeMs = clock.nowMs()
    const room = new CandidateRoom()
    const meeting: Meeting = { infoHash, peer, madeMs, incoming, room, state, cancelLimit: () => {} }
    this.#meetings.set(id, meeting)
    this.#limit(id, meeting, incoming ? CONNECT_LIMIT_MS : OFFER_LIMIT_MS)
    return meeting
  }

  #knockLater(meeting: Meeting, candidates: readonly RtcCandidate[]): void {
    const cancelKnock = this.#options.clock.after(ANSWER_HEAD_START_MS, () => {
      for (const candidate of candidates) meeting.peer.addCandidate(candidate)
    })
    const { cancelLimit } = meeting
    meeting.cancelLimit = () => {
      cancelLimit()
      cancelKnock()
    }
  }

  #limit(id: string, meeting: Meeting, limitMs: number): void {
    meeting.cancelLimit()
    meeting.cancelLimit = this.#options.clock.after(limitMs, () => this.#fail(id))
  }

  /** Whether one more offer of others may be answered. */
  #admits(infoHash: Uint8Array): boolean {
    const incoming = [...this.#meetings.values()].filter(meeting => meeting.incoming)
    const hash = latin1(infoHash)
    const ofTorrent = incoming.filter(meeting => latin1(meeting.infoHash) === hash)
    return incoming.length < MAX_INCOMING && ofTorrent.length < MAX_INCOMING_PER_TORRENT
  }

  /** How many of `count` more there is room for; offers that nobody takes give way, oldest first. */
  #makeRoom(count: number): number {
    const staleMs = this.#options.clock.nowMs() - STALE_OFFER_MS
    for (const [id, { state, madeMs }] of this.#meetings) {
      if (this.#meetings.size + count <= MAX_WAITING) break
      if (state === 'offered' && madeMs < staleMs) this.#end(id)
    }
    return Math.max(0, Math.min(count, MAX_WAITING - this.#meetings.size))
  }

  #newId(): string {
    return latin1(this.#options.random.bytes(20))
  }

  #forget(id: string): Meeting | undefined {
    const meeting = this.#meetings.get(id)
    this.#meetings.delete(id)
    meeting?.cancelLimit()
    return meeting
  }

  #fail(id: string): void {
    const meeting = this.#meetings.get(id)
    this.#end(id)
    if (meeting?.state === 'connecting' && !meeting.incoming) this.onFailed?.(meeting.infoHash)
  }

  #end(id: string): void {
    this.#forget(id)?.peer.close()
  }
}

/** Those of a clean description have room in it, and leave less for those that come later. */
function takeRoom({ room }: Meeting, candidates: readonly RtcCandidate[]): void {
  for (const { candidate } of candidates) room.admits(candidate)
}

/** What another's offer is kept under: its maker chose the ID, and might choose that of one of ours. */
function theirs(offerId: string): string {
  return `their ${offerId}`
}
