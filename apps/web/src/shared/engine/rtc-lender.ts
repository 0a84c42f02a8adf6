import { configOf, gathered, remoteOf } from '@shoal/torrent/webrtc'
import type { RtcNews, RtcOrder } from './rtc-messages.ts'

/**
 * Creates peer connections for the worker at the other end of `port`, and transfers their data
 * channels to it, so that no bytes of torrents pass through the page. Returns a function that
 * closes all. `serveLibp2p`: opens a libp2p host when the worker requests one.
 */
export function lendRtc(port: MessagePort, serveLibp2p?: (port: MessagePort) => void): () => void {
  const peers = new Map<number, LentPeer>()
  const post: Post = (news, transfer = []) => port.postMessage(news, transfer)
  port.onmessage = ({ data }: MessageEvent<RtcOrder>) => {
    if (data.kind === 'create') return create(data)
    if (data.kind === 'libp2p') return serveLibp2p?.(data.port)
    const peer = peers.get(data.peer)
    if (data.kind === 'close') peers.delete(data.peer)
    if (peer) peer.follow(data)
    else if ('call' in data)
      post({ kind: 'refused', call: data.call, code: 'closed', message: 'The connection is closed.' })
  }
  const answer = (call: number, asked: Promise<string>) =>
    void asked.then(
      sdp => post({ kind: 'answered', call, sdp }),
      error => post({ kind: 'refused', call, code: 'bad-message', message: String(error) }),
    )
  function create({ peer, config }: RtcOrder & { kind: 'create' }): void {
    try {
      peers.set(peer, new LentPeer(peer, new RTCPeerConnection(configOf(config)), post, answer))
    } catch {
      post({ kind: 'failed', peer })
    }
  }
  return () => {
    port.onmessage = null
    for (const peer of peers.values()) peer.close()
    peers.clear()
  }
}

type Reply = (call: number, asked: Promise<string>) => void
type Post = (news: RtcNews, transfer?: Transferable[]) => void

class LentPeer {
  readonly #peer: number
  readonly #connection: RTCPeerConnection
  readonly #post: Post
  readonly #reply: Reply
  readonly #closing = new AbortController()

  constructor(peer: number, connection: RTCPeerConnection, post: Post, reply: Reply) {
    this.#peer = peer
    this.#connection = connection
    this.#post = post
    this.#reply = reply
    connection.ondatachannel = ({ channel }) => this.#hand(channel)
    connection.onconnectionstatechange = () => void this.#onState()
  }

  follow(order: Exclude<RtcOrder, { kind: 'create' | 'libp2p' }>): void {
    if (order.kind === 'close') return this.close()
    if (order.kind === 'candidate')
      return void this.#connection.addIceCandidate({ ...order.candidate }).catch(() => {})
    this.#reply(order.call, this.#answer(order))
  }

  close(): void {
    this.#closing.abort()
    this.#connection.onconnectionstatechange = null
    this.#connection.close()
  }

  async #answer(order: Exclude<RtcOrder, { kind: 'libp2p' }> & { call: number }): Promise<string> {
    const connection = this.#connection
    if (order.kind === 'accept-answer') {
      await connection.setRemoteDescription({ type: 'answer', sdp: order.sdp })
      return ''
    }
    if (order.kind === 'offer') {
      this.#hand(connection.createDataChannel('bittorrent'))
      await connection.setLocalDescription(await connection.createOffer())
    } else if (order.kind === 'accept-offer') {
      await connection.setRemoteDescription({ type: 'offer', sdp: order.sdp })
      await connection.setLocalDescription(await connection.createAnswer())
    }
    await gathered(connection, this.#closing.signal)
    return connection.localDescription?.sdp ?? ''
  }

  /**
   * Transfers a channel. This happens at once, since a channel that is in use cannot be
   * transferred.
   */
  #hand(channel: RTCDataChannel): void {
    this.#post({ kind: 'channel', peer: this.#peer, channel }, [channel as unknown as Transferable])
  }

  async #onState(): Promise<void> {
    const { connectionState } = this.#connection
    if (connectionState === 'failed' || connectionState === 'closed')
      return this.#post({ kind: 'failed', peer: this.#peer })
    if (connectionState !== 'connected') return
    const remote = await remoteOf(this.#connection).catch(() => null)
    this.#post({ kind: 'connected', peer: this.#peer, remote })
  }
}
