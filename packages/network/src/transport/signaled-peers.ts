import { type Clock, type Connection, type RtcConfig, type RtcFactory, ShoalError } from '@shoal/torrent'
import { hex, latin1, type Random } from '@shoal/torrent/base'
import { cleanSdp, PeerSignaling } from '@shoal/torrent/transport'

export interface SignaledPeersOptions {
  readonly clock: Clock
  readonly random: Random
  /** Rejects with `unsupported` if the platform has no WebRTC. */
  readonly openRtc: () => Promise<RtcFactory>
  readonly config: () => RtcConfig
}

/** Delay before the second offer. */
const SECOND_OFFER_MS = 5000

/** Carries our offer to a peer. Resolves to its answer. */
export type CarryOffer = (offer: string, signal: AbortSignal) => Promise<string>

/**
 * Makes WebRTC connections from one offer and one answer each, however those are carried. The data
 * channel carries one protocol only, like those signaled by trackers, and is as fast.
 */
export class SignaledPeers {
  readonly #options: SignaledPeersOptions
  readonly #signaling: PeerSignaling
  /** Pending dials, by the topic of the offer. */
  readonly #dials = new Map<string, PromiseWithResolvers<Connection>>()
  /**
   * Receives the connections that others open, with the last 20 bytes of the name that `answer` was
   * given. Null refuses them.
   */
  onConnection: ((connection: Connection, peer: Uint8Array) => void) | null = null

  constructor(options: SignaledPeersOptions) {
    this.#options = options
    this.#signaling = new PeerSignaling({
      ...options,
      wants: (topic, peerId) => (peerId ? this.onConnection !== null : this.#dials.has(hex(topic))),
      onConnection: (topic, connection) => this.#onConnection(topic, connection),
    })
    this.#signaling.onFailed = topic =>
      this.#dials.get(hex(topic))?.reject(new ShoalError('unreachable', 'no way to the peer was found'))
  }

  /**
   * Connects to a peer. If that is slow, makes a second offer in parallel, since a part of the
   * first may have been lost. Rejects with a ShoalError, the rejection of `carry`, or the signal's
   * reason. `secondOfferMs`: delay before the second offer.
   */
  async dial(
    carry: CarryOffer,
    { signal, secondOfferMs = SECOND_OFFER_MS }: { signal: AbortSignal; secondOfferMs?: number },
  ): Promise<Connection> {
    const isOver = new AbortController()
    const either = AbortSignal.any([signal, isOver.signal])
    const first = this.#offer(carry, either)
    const second = Promise.withResolvers<Connection>()
    let isLate = false
    const cancel = this.#options.clock.after(secondOfferMs, () => {
      isLate = true
      this.#offer(carry, either).then(second.resolve, second.reject)
    })
    first.catch(error => isLate || second.reject(error))
    try {
      return await Promise.any([first, second.promise]).catch(() => first)
    } finally {
      cancel()
      isOver.abort()
    }
  }

  async #offer(carry: CarryOffer, signal: AbortSignal): Promise<Connection> {
    // With trackers, a topic is a torrent; here, each offer to a peer has its own topic.
    const topic = this.#options.random.bytes(20)
    const opened = Promise.withResolvers<Connection>()
    opened.promise.catch(() => {})
    const abort = () => {
      this.#dials.delete(hex(topic))
      opened.reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    this.#dials.set(hex(topic), opened)
    try {
      const [offer] = await this.#signaling.offer(topic, 1, { signal })
      if (!offer) throw new ShoalError('refused', 'too many WebRTC connections are being made')
      const answer = cleanSdp(await carry(offer.sdp, signal))
      if (answer === null) throw new ShoalError('refused', 'the peer declined our offer')
      signal.throwIfAborted()
      this.#signaling.accept(offer.id, answer)
      return await opened.promise
    } finally {
      signal.removeEventListener('abort', abort)
      this.#dials.delete(hex(topic))
    }
  }

  /**
   * Answers the offer of a peer, identified by at least 20 bytes. Resolves to an empty text if it
   * is declined. Never rejects.
   */
  async answer(peer: Uint8Array, offer: string): Promise<string> {
    const sdp = cleanSdp(offer)
    const topic = peer.slice(-20)
    const id = latin1(this.#options.random.bytes(20))
    return (sdp !== null && (await this.#signaling.answer(topic, { id, sdp }, topic))) || ''
  }

  close(): void {
    this.onConnection = null
    this.#signaling.close()
  }

  #onConnection(topic: Uint8Array, connection: Connection): void {
    if (!connection.incoming) {
      const dial = this.#dials.get(hex(topic))
      return dial ? dial.resolve(connection) : connection.close()
    }
    if (this.onConnection) this.onConnection(connection, topic)
    else connection.close()
  }
}
