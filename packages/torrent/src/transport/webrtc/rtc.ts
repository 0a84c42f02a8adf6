/**
 * WebRTC as the engine uses it: the contract. Node implements it with libdatachannel, a page with
 * RTCPeerConnection, and a worker, which has no RTCPeerConnection, with one of its page. Session
 * descriptions are complete: they contain the candidates that were found in time.
 */
import type { PeerAddress } from '../transport.ts'

/**
 * A STUN or TURN server, in the form of RTCIceServer: `stun:host:port`,
 * `turn:host:port?transport=udp`.
 */
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

/**
 * A candidate that a peer sends after its description (trickle ICE), in the form of
 * RTCIceCandidateInit.
 */
export interface RtcCandidate {
  readonly candidate: string
  readonly sdpMid: string
}

/**
 * Receives the events of a peer connection. Every call comes from the event loop, never from inside
 * a call to the peer.
 */
export interface RtcPeerEvents {
  /** Called at most once: the data channel is open. From now on the channel is the connection. */
  onChannel(channel: RtcChannel): void
  /** Called at most once, and only before `onChannel`: there will be no channel. */
  onFailed(error: Error): void
}

/**
 * One peer connection with one data channel, ordered and reliable. The side that makes the offer
 * creates the channel.
 */
export interface RtcPeer {
  /**
   * Creates our offer. Rejects with a ShoalError, or with the signal's reason; the peer is then
   * useless and must be closed.
   */
  createOffer(options: { signal: AbortSignal }): Promise<string>
  /** Creates our answer to the other side's offer. Rejects as `createOffer` does. */
  acceptOffer(sdp: string, options: { signal: AbortSignal }): Promise<string>
  /** Accepts the answer to our offer. Rejects if it is malformed. */
  acceptAnswer(sdp: string): Promise<void>
  /** Adds a candidate of the other side. Ignores malformed ones. */
  addCandidate(candidate: RtcCandidate): void
  /** Gives up at once, without events. An open channel stays and must be closed on its own. */
  close(): void
}

export interface RtcFactory {
  /** Throws `bad-argument` for invalid ICE servers. */
  createPeer(config: RtcConfig, events: RtcPeerEvents): RtcPeer
}

/**
 * Receives the events of a data channel. Every call comes from the event loop, never from inside a
 * call to the channel.
 */
export interface RtcChannelHandler {
  /** One message. The handler owns the bytes from now on. */
  onMessage(bytes: Uint8Array): void
  /** `bufferedBytes` fell to `lowBytes` or below after it had been above. */
  onLow(): void
  /**
   * Called once, as the last event. Without an error if the other side closed the channel or
   * `close` was called.
   */
  onClose(error?: Error): void
}

/** An open data channel, with the peer connection that it belongs to. */
export interface RtcChannel {
  /** Address of the peer or of a relay; null if the platform does not reveal it. */
  readonly remote: PeerAddress | null
  /** Largest message that the other side accepts. */
  readonly maxMessageBytes: number
  /** Number of queued bytes. */
  readonly bufferedBytes: number
  /** Starts delivery, beginning with messages that arrived before. Called once. */
  start(handler: RtcChannelHandler, options: { lowBytes: number }): void
  /**
   * Sends one message of at most `maxMessageBytes`. The bytes may change as soon as it returns.
   * Does nothing when closed.
   */
  send(bytes: Uint8Array): void
  /**
   * Closes the channel and its peer connection: at once, or, if `graceful`, when all queued bytes
   * have left, after at most three seconds. Safe to call twice.
   */
  close(graceful: boolean): void
}
