import { equalBytes } from '../base/bytes.ts'
import { limited } from '../base/limited.ts'
import type { WebrtcOptions } from '../session-api.ts'
import { isOff } from '../swarm/connect/is-off.ts'
import { greetPeer } from '../swarm/handshake/handshakes.ts'
import type { Connection } from '../transport/transport.ts'
import { PeerSignaling, type RtcOffer, type Signaling } from '../transport/webrtc/peer-signaling.ts'
import type { RtcFactory } from '../transport/webrtc/rtc.ts'
import { cleanSdp } from '../transport/webrtc/sdp.ts'
import type { Acceptor } from './acceptor.ts'
import type { EngineContext } from './engine-context.ts'
import type { Registry } from './registry.ts'

/** Time limit from the open channel to the end of the BitTorrent handshake. */
const HANDSHAKE_LIMIT_MS = 15_000

export interface WebrtcPeersOptions {
  readonly context: EngineContext
  readonly registry: Registry
  readonly acceptor: Acceptor
  /** Aborts when the session closes. */
  readonly signal: AbortSignal
  readonly openRtc: () => Promise<RtcFactory>
}

/**
 * Makes the WebRTC connections of a session from the offers that trackers relay, and passes them to
 * the torrents.
 */
export class WebrtcPeers {
  readonly #options: WebrtcPeersOptions
  readonly #signaling: PeerSignaling
  #settings: false | WebrtcOptions = {}
  /** The factory that was given when the session was opened; later settings do not replace it. */
  #lent: RtcFactory | undefined

  constructor(options: WebrtcPeersOptions) {
    this.#options = options
    const { context } = options
    this.#signaling = new PeerSignaling({
      clock: context.clock,
      random: context.random,
      openRtc: () => this.#openRtc(),
      config: () => this.#config(),
      wants: (infoHash, peerId) => this.#wants(infoHash, peerId),
      onConnection: (infoHash, connection) => this.#onConnection(infoHash, connection),
    })
  }

  /** Applies settings. If WebRTC is turned off, open connections stay. */
  configure(settings: boolean | WebrtcOptions): void {
    this.#settings = settings === true ? {} : settings
    this.#lent ??= this.#settings ? this.#settings.rtc : undefined
  }

  /** Null while WebRTC is off. */
  get signaling(): Signaling | null {
    return this.#settings === false ? null : this.#signaling
  }

  /**
   * Whether we would answer an offer that does not come from the torrent's trackers. BEP 27: a
   * private torrent accepts no other offers. Until the metadata arrives, which may come only from a
   * page, it is unknown whether the torrent is private.
   */
  wantsOffer(infoHash: Uint8Array, peerId: Uint8Array): boolean {
    return this.#options.registry.find(infoHash)?.isPrivate === false && this.#wants(infoHash, peerId)
  }

  /** Our answer to such an offer; null if we do not want the peer. Never rejects. */
  async answerOffer(infoHash: Uint8Array, offer: RtcOffer, peerId: Uint8Array): Promise<string | null> {
    const sdp = cleanSdp(offer.sdp)
    if (sdp === null || !this.wantsOffer(infoHash, peerId)) return null
    return this.#signaling.answer(infoHash, { id: offer.id, sdp }, peerId)
  }

  /** Number of peer connections being made. */
  get waiting(): number {
    return this.#signaling.size
  }

  close(): void {
    this.#signaling.close()
  }

  #openRtc(): Promise<RtcFactory> {
    return this.#lent ? Promise.resolve(this.#lent) : this.#options.openRtc()
  }

  #config() {
    const { iceServers = [], iceTransportPolicy = 'all' } = this.#settings || {}
    return { iceServers, iceTransportPolicy } as const
  }

  #wants(infoHash: Uint8Array, peerId?: Uint8Array): boolean {
    const { context, registry } = this.#options
    const torrent = registry.find(infoHash)
    if (this.#settings === false || !context.hasRoom || !torrent) return false
    const { data } = torrent.phases
    if (data.lifecycle.isAtRest || isOff(data, 'webrtc')) return false
    const peers = torrent.phases.network.swarm?.peers
    if (peerId)
      for (const { handshake } of peers?.values() ?? [])
        if (equalBytes(handshake.peerId, peerId)) return false
    return (peers?.size ?? 0) < context.settings.maxPeersPerTorrent
  }

  /**
   * The side that made the offer knows the torrent and speaks first. For the other side it is like
   * an incoming TCP connection.
   */
  #onConnection(infoHash: Uint8Array, connection: Connection): void {
    const { acceptor, context, signal } = this.#options
    if (connection.incoming) return acceptor.accept(connection)
    const found = context.hasRoom ? acceptor.find(infoHash) : null
    if (!found) return connection.close()
    const limit = limited(context.clock, HANDSHAKE_LIMIT_MS, signal)
    const { peerId, dhtPort } = context
    greetPeer(connection, found.topic, {
      random: context.random,
      peerId,
      dht: dhtPort > 0,
      signal: limit.signal,
    })
      .then(
        ready => found.torrent.phases.network.accept(ready),
        () => connection.close(),
      )
      .finally(() => limit.end())
  }
}
