/**
 * WebRTC as the engine uses it: the contract. Node implements it with libdatachannel, a page with RTCPeerConnection, and a worker, which
 * may have no RTCPeerConnection, with one of its page's. Session descriptions are whole: they hold the candidates that were found in time.
 */
import type { PeerAddress } from '../transport.ts'

/** A STUN or TURN server, in the form of RTCIceServer: `stun:host:port`, `turn:host:port?transport=udp`. */
export interface IceServer {
  readonly urls: string | readonly string[]
  readonly username?: string
  /** A secret: never logged. */
  readonly credential?: string
}

export interface RtcConfig {
  readonly iceServers: readonly IceServer[]
  /** `relay`: over TURN servers only, so that peers do not learn our address. Default `all`. */
  readonly iceTransportPolicy?: 'all' | 'relay'
}

/** A candidate that a peer sends after its description (trickle ICE), in the form of RTCIceCandidateInit. */
export interface RtcCandidate {
  readonly candidate: string
  readonly sdpMid: string
}

/** Receives the events of a peer connection. Every call comes from the event loop, never from inside a call to the peer. */
export interface RtcPeerEvents {
  /** Called at most once: the data channel is open. From now on the channel is the connection. */
  onChannel(channel: RtcChannel): void
  /** Called at most once, and only before `onChannel`: there will be no channel. */
  onFailed(error: Error): void
}

/** One peer connection with one data channel, ordered and reliable; whoever offers makes the channel. */
export interface RtcPeer {
  /** Our offer. Rejects with a ShoalError, or with the signal's reason; the peer is of no use then and must be closed. */
  createOffer(options: { signal: AbortSignal }): Promise<string>
  /** Our answer to another's offer; rejects as `createOffer` does. */
  acceptOffer(sdp: string, options: { signal: AbortSignal }): Promise<string>
  /** The answer to our offer. Rejects when it makes no sense. */
  acceptAnswer(sdp: string): Promise<void>
  /** Does nothing with a candidate that makes no sense. */
  addCandidate(candidate: RtcCandidate): void
  /** Gives up at once, without events. A channel that is open stays: it is closed by itself. */
  close(): void
}

export interface RtcFactory {
  /** Throws `bad-argument` for ICE servers that make no sense. */
  createPeer(config: RtcConfig, events: RtcPeerEvents): RtcPeer
}

/** Receives the events of a data channel. Every call comes from the event loop, never from inside a call to the channel. */
export interface RtcChannelHandler {
  /** One message. The bytes are the handler's from now on. */
  onMessage(bytes: Uint8Array): void
  /** `bufferedBytes` fell to `lowBytes` or below after it had been above. */
  onLow(): void
  /** Called once, after which nothing else is. Without an error: the other side closed it, or `close` was called. */
  onClose(error?: Error): void
}

/** An open data channel, with the peer connection that it belongs to. */
export interface RtcChannel {
  /** Where the peer is, or the relay in between; null when the platform does not tell. */
  readonly remote: PeerAddress | null
  /** Largest message that the other side accepts. */
  readonly maxMessageBytes: number
  /** Bytes that were sent and are not on the network yet. */
  readonly bufferedBytes: number
  /** Begins delivery; messages that came before are delivered then. Called once. */
  start(handler: RtcChannelHandler, options: { lowBytes: number }): void
  /** Sends one message of at most `maxMessageBytes`. The bytes may change as soon as it returns. Does nothing when closed. */
  send(bytes: Uint8Array): void
  /**
   * Ends the channel and its peer connection: at once, or, if `graceful`, when what was sent has left, after three seconds at most.
   * Safe to call twice.
   */
  close(graceful: boolean): void
}
