import {
  type ErrorCode,
  type PeerAddress,
  type RtcCandidate,
  type RtcChannel,
  type RtcChannelHandler,
  type RtcConfig,
  type RtcFactory,
  type RtcPeer,
  type RtcPeerEvents,
  ShoalError,
} from '@shoal/torrent'
import { EarlyMessages, StandardChannel } from '@shoal/torrent/webrtc'
import type { RtcNews, RtcOrder } from './rtc-messages.ts'

/**
 * Firefox reports the address of the peer late, and sometimes never: then the channel is used
 * without it.
 */
const REMOTE_WAIT_MS = 1000

/** The WebRTC of a page, for the engine in its worker. */
export interface BorrowedRtc extends RtcFactory {
  /** Transfers a port to the page, which runs a libp2p host on it. */
  lend(port: MessagePort): void
}

/** Returns an RtcFactory that uses the page at the other end of `port`. */
export function borrowRtc(port: MessagePort): BorrowedRtc {
  return new Borrowed(port)
}

class Borrowed implements BorrowedRtc {
  readonly #port: MessagePort
  readonly #peers = new Map<number, BorrowedPeer>()
  readonly #calls = new Map<number, PromiseWithResolvers<string>>()
  #last = 0

  constructor(port: MessagePort) {
    this.#port = port
    port.onmessage = ({ data }: MessageEvent<RtcNews>) => this.#on(data)
  }

  createPeer(config: RtcConfig, events: RtcPeerEvents): RtcPeer {
    const peer = ++this.#last
    const made = new BorrowedPeer(this, peer, events)
    this.#peers.set(peer, made)
    this.order({ kind: 'create', peer, config })
    return made
  }

  order(order: RtcOrder): void {
    this.#port.postMessage(order)
  }

  lend(port: MessagePort): void {
    this.#port.postMessage({ kind: 'libp2p', port } satisfies RtcOrder, [port])
  }

  /** Like `order`, with an answer. */
  ask(order: (call: number) => RtcOrder, signal?: AbortSignal): Promise<string> {
    const call = ++this.#last
    const asked = Promise.withResolvers<string>()
    const abort = () => asked.reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted) abort()
    this.#calls.set(call, asked)
    this.order(order(call))
    return asked.promise.finally(() => {
      signal?.removeEventListener('abort', abort)
      this.#calls.delete(call)
    })
  }

  forget(peer: number): void {
    if (this.#peers.delete(peer)) this.order({ kind: 'close', peer })
  }

  #on(news: RtcNews): void {
    if (news.kind === 'answered') this.#calls.get(news.call)?.resolve(news.sdp)
    else if (news.kind === 'refused')
      this.#calls.get(news.call)?.reject(new ShoalError(news.code as ErrorCode, news.message))
    else if (news.kind === 'channel') {
      const peer = this.#peers.get(news.peer)
      if (peer) peer.onHandedOver(news.channel)
      else news.channel.close()
    } else if (news.kind === 'connected') this.#peers.get(news.peer)?.onConnected(news.remote)
    else this.#peers.get(news.peer)?.onFailed()
  }
}

class BorrowedPeer implements RtcPeer {
  readonly #owner: Borrowed
  readonly #peer: number
  readonly #events: RtcPeerEvents
  #remote: PeerAddress | null | undefined
  #remoteTimer: ReturnType<typeof setTimeout> | undefined
  #handed: { channel: RTCDataChannel; early: EarlyMessages } | null = null
  #channel: BorrowedChannel | null = null
  #over = false

  constructor(owner: Borrowed, peer: number, events: RtcPeerEvents) {
    this.#owner = owner
    this.#peer = peer
    this.#events = events
  }

  createOffer({ signal }: { signal: AbortSignal }): Promise<string> {
    return this.#owner.ask(call => ({ kind: 'offer', peer: this.#peer, call }), signal)
  }

  acceptOffer(sdp: string, { signal }: { signal: AbortSignal }): Promise<string> {
    return this.#owner.ask(call => ({ kind: 'accept-offer', peer: this.#peer, call, sdp }), signal)
  }

  async acceptAnswer(sdp: string): Promise<void> {
    await this.#owner.ask(call => ({ kind: 'accept-answer', peer: this.#peer, call, sdp }))
  }

  addCandidate(candidate: RtcCandidate): void {
    this.#owner.order({ kind: 'candidate', peer: this.#peer, candidate })
  }

  close(): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#remoteTimer)
    this.#owner.forget(this.#peer)
  }

  onHandedOver(channel: RTCDataChannel): void {
    channel.binaryType = 'arraybuffer'
    const early = new EarlyMessages(channel)
    this.#handed = { channel, early }
    const onOpen = () => {
      this.#remoteTimer = setTimeout(() => this.onConnected(null), REMOTE_WAIT_MS)
      this.#openWhenKnown()
    }
    if (channel.readyState === 'open') onOpen()
    else channel.onopen = onOpen
  }

  onConnected(remote: PeerAddress | null): void {
    this.#remote ??= remote
    this.#openWhenKnown()
  }

  onFailed(): void {
    if (this.#channel)
      return this.#channel.fail(new ShoalError('timeout', 'The peer can no longer be reached.'))
    if (this.#over) return
    this.close()
    this.#events.onFailed(new ShoalError('unreachable', 'No connection to the peer was possible.'))
  }

  #openWhenKnown(): void {
    if (this.#over || this.#handed?.channel.readyState !== 'open' || this.#remote === undefined) return
    this.#over = true
    clearTimeout(this.#remoteTimer)
    const { channel, early } = this.#handed
    const inner = new StandardChannel(channel, null, this.#remote, early)
    this.#channel = new BorrowedChannel(inner, () => this.#owner.forget(this.#peer))
    this.#events.onChannel(this.#channel)
  }
}

/**
 * A data channel whose peer connection belongs to the page. The page is notified when it may close
 * the connection.
 */
class BorrowedChannel implements RtcChannel {
  readonly #inner: StandardChannel
  readonly #onEnd: () => void
  #handler: RtcChannelHandler | null = null
  #failure: Error | undefined

  constructor(inner: StandardChannel, onEnd: () => void) {
    this.#inner = inner
    this.#onEnd = onEnd
  }

  get remote(): PeerAddress | null {
    return this.#inner.remote
  }

  get maxMessageBytes(): number {
    return this.#inner.maxMessageBytes
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes
  }

  start(handler: RtcChannelHandler, options: { lowBytes: number }): void {
    this.#handler = handler
    const { onMessage, onLow } = handler
    this.#inner.start(
      {
        onMessage: onMessage.bind(handler),
        onLow: onLow.bind(handler),
        onClose: error => {
          this.#onEnd()
          handler.onClose(this.#failure ?? error)
        },
      },
      options,
    )
  }

  send(bytes: Uint8Array): void {
    this.#inner.send(bytes)
  }

  close(graceful: boolean): void {
    this.#inner.close(graceful)
    if (!this.#handler) this.#onEnd()
  }

  /** Called when the page has lost the peer. */
  fail(error: Error): void {
    this.#failure = error
    this.#inner.close(false)
  }
}
