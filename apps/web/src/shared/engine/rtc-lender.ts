import { configOf, gathered, remoteOf } from '@shoal/torrent/webrtc'
import type { RtcNews, RtcOrder } from './rtc-messages.ts'

/**
 * Makes the peer connections that the worker at the other end of `port` asks for, and hands it their data channels, so that no byte of a
 * torrent passes through the page. Calling the result ends them all.
 */
export function lendRtc(port: MessagePort): () => void {
  const peers = new Map<number, LentPeer>()
  const tell: Tell = (news, transfer = []) => port.postMessage(news, transfer)
  port.onmessage = ({ data }: MessageEvent<RtcOrder>) => {
    if (data.kind === 'create') return create(data)
    const peer = peers.get(data.peer)
    if (data.kind === 'close') peers.delete(data.peer)
    if (peer) peer.follow(data)
    else if ('call' in data)
      tell({ kind: 'refused', call: data.call, code: 'closed', message: 'The connection is closed.' })
  }
  function create({ peer, config }: RtcOrder & { kind: 'create' }): void {
    try {
      peers.set(peer, new LentPeer(peer, new RTCPeerConnection(configOf(config)), tell))
    } catch {
      tell({ kind: 'failed', peer })
    }
  }
  return () => {
    port.onmessage = null
    for (const peer of peers.values()) peer.close()
    peers.clear()
  }
}

type Tell = (news: RtcNews, transfer?: Transferable[]) => void

class LentPeer {
  readonly #peer: number
  readonly #connection: RTCPeerConnection
  readonly #tell: Tell
  readonly #closing = new AbortController()

  constructor(peer: number, connection: RTCPeerConnection, tell: Tell) {
    this.#peer = peer
    this.#connection = connection
    this.#tell = tell
    connection.ondatachannel = ({ channel }) => this.#hand(channel)
    connection.onconnectionstatechange = () => void this.#onState()
  }

  follow(order: Exclude<RtcOrder, { kind: 'create' }>): void {
    if (order.kind === 'close') return this.close()
    if (order.kind === 'candidate')
      return void this.#connection.addIceCandidate({ ...order.candidate }).catch(() => {})
    this.#answer(order).then(
      sdp => this.#tell({ kind: 'answered', call: order.call, sdp }),
      error => this.#tell({ kind: 'refused', call: order.call, code: 'bad-message', message: String(error) }),
    )
  }

  close(): void {
    this.#closing.abort()
    this.#connection.onconnectionstatechange = null
    this.#connection.close()
  }

  async #answer(order: RtcOrder & { call: number }): Promise<string> {
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

  /** At once: a channel that has begun to work can be handed over no more. */
  #hand(channel: RTCDataChannel): void {
    this.#tell({ kind: 'channel', peer: this.#peer, channel }, [channel as unknown as Transferable])
  }

  async #onState(): Promise<void> {
    const { connectionState } = this.#connection
    if (connectionState === 'failed' || connectionState === 'closed')
      return this.#tell({ kind: 'failed', peer: this.#peer })
    if (connectionState !== 'connected') return
    const remote = await remoteOf(this.#connection).catch(() => null)
    this.#tell({ kind: 'connected', peer: this.#peer, remote })
  }
}
