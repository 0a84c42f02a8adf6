/** Implements the contract over RTCPeerConnection, which browsers have in their windows. */
import { ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import type { PeerAddress } from '../transport.ts'
import { GATHER_LIMIT_MS, LINGER_MS } from './limits.ts'
import type {
  RtcCandidate,
  RtcChannel,
  RtcChannelHandler,
  RtcConfig,
  RtcFactory,
  RtcPeer,
  RtcPeerEvents,
} from './rtc.ts'

/** Chromium and Firefox accept messages of this size. */
const DEFAULT_MESSAGE_BYTES = 64 * 1024

/** Creates peers over the RTCPeerConnection that `create` returns. */
export function createStandardRtc(create: (config: RTCConfiguration) => RTCPeerConnection): RtcFactory {
  return {
    createPeer(config, events) {
      try {
        return new StandardPeer(create(configOf(config)), events)
      } catch (error) {
        throw new ShoalError('bad-argument', 'the ICE servers make no sense: check their URLs', {
          cause: error,
        })
      }
    },
  }
}

/** Converts the configuration to the form of browsers. */
export function configOf({ iceServers, iceTransportPolicy = 'all' }: RtcConfig): RTCConfiguration {
  return {
    iceServers: iceServers.map(server => ({ ...server, urls: [server.urls].flat() })),
    iceTransportPolicy,
  }
}

class StandardPeer implements RtcPeer {
  readonly #connection: RTCPeerConnection
  readonly #events: RtcPeerEvents
  #over = false

  constructor(connection: RTCPeerConnection, events: RtcPeerEvents) {
    this.#connection = connection
    this.#events = events
    connection.ondatachannel = ({ channel }) => this.#watch(channel)
    connection.onconnectionstatechange = () => {
      const { connectionState } = connection
      if (connectionState === 'failed' || connectionState === 'closed') this.#fail()
    }
  }

  async createOffer({ signal }: { signal: AbortSignal }): Promise<string> {
    this.#watch(this.#connection.createDataChannel('bittorrent'))
    return this.#describe(await this.#connection.createOffer(), signal)
  }

  async acceptOffer(sdp: string, { signal }: { signal: AbortSignal }): Promise<string> {
    await this.#setRemote('offer', sdp)
    return this.#describe(await this.#connection.createAnswer(), signal)
  }

  async acceptAnswer(sdp: string): Promise<void> {
    await this.#setRemote('answer', sdp)
  }

  addCandidate(candidate: RtcCandidate): void {
    this.#connection.addIceCandidate({ ...candidate }).catch(() => {})
  }

  close(): void {
    if (this.#over) return
    this.#over = true
    this.#connection.close()
  }

  async #setRemote(type: 'offer' | 'answer', sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type, sdp }).catch(error => {
      throw new ShoalError('bad-message', `the peer's ${type} makes no sense`, { cause: error })
    })
  }

  async #describe(description: RTCSessionDescriptionInit, signal: AbortSignal): Promise<string> {
    await this.#connection.setLocalDescription(description)
    await gathered(this.#connection, signal)
    return this.#connection.localDescription?.sdp ?? ''
  }

  #watch(channel: RTCDataChannel): void {
    channel.binaryType = 'arraybuffer'
    const opened = async () => {
      if (this.#over) return
      this.#over = true
      const early = new EarlyMessages(channel)
      const remote = await remoteOf(this.#connection).catch(() => null)
      this.#events.onChannel(new StandardChannel(channel, this.#connection, remote, early))
    }
    if (channel.readyState === 'open') void opened()
    else channel.onopen = () => void opened()
  }

  #fail(): void {
    if (this.#over) return
    this.close()
    this.#events.onFailed(new ShoalError('unreachable', 'no way to the peer was found'))
  }
}

/** Resolves when all candidates are known, or after a time limit: some servers never answer. */
export function gathered(connection: RTCPeerConnection, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      connection.removeEventListener('icegatheringstatechange', check)
      settle()
    }
    const check = () => {
      if (connection.iceGatheringState === 'complete') end(resolve)
    }
    const abort = () => end(() => reject(signal.reason))
    const timer = setTimeout(() => end(resolve), GATHER_LIMIT_MS)
    connection.addEventListener('icegatheringstatechange', check)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    else check()
  })
}

/**
 * Returns the remote end of the selected pair of candidates. Browsers hide addresses that the peer
 * did not reveal, and mDNS names are local.
 */
export async function remoteOf(connection: RTCPeerConnection): Promise<PeerAddress | null> {
  const reports = await connection.getStats()
  for (const report of reports.values()) {
    if (report.type !== 'candidate-pair' || !(report.nominated || report.selected)) continue
    const candidate = reports.get(report.remoteCandidateId)
    const host = canonicalIp(String(candidate?.address ?? candidate?.ip ?? ''))
    if (host) return { host, port: Number(candidate.port) || 0, kind: 'webrtc' }
  }
  return null
}

/** Keeps the messages that arrive before a handler is set. */
export class EarlyMessages {
  readonly messages: Uint8Array[] = []
  isClosed = false

  constructor(channel: RTCDataChannel) {
    channel.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.messages.push(new Uint8Array(data))
    }
    channel.onclose = () => {
      this.isClosed = true
    }
  }
}

/**
 * Implements the contract over an RTCDataChannel. Without `connection` (in the worker to which a
 * channel was transferred), the creator of the peer connection closes it.
 */
export class StandardChannel implements RtcChannel {
  readonly remote: PeerAddress | null
  readonly maxMessageBytes: number
  readonly #channel: RTCDataChannel
  readonly #connection: RTCPeerConnection | null
  readonly #early: EarlyMessages
  #handler: RtcChannelHandler | undefined
  #isClosed = false

  constructor(
    channel: RTCDataChannel,
    connection: RTCPeerConnection | null,
    remote: PeerAddress | null,
    early: EarlyMessages = new EarlyMessages(channel),
  ) {
    this.#channel = channel
    this.#connection = connection
    this.#early = early
    this.remote = remote
    // Zero means that the peer accepts any size.
    this.maxMessageBytes = connection?.sctp?.maxMessageSize || DEFAULT_MESSAGE_BYTES
  }

  get bufferedBytes(): number {
    return this.#channel.bufferedAmount
  }

  start(handler: RtcChannelHandler, { lowBytes }: { lowBytes: number }): void {
    this.#handler = handler
    const channel = this.#channel
    channel.binaryType = 'arraybuffer'
    channel.bufferedAmountLowThreshold = lowBytes
    channel.onbufferedamountlow = () => handler.onLow()
    channel.onclose = () => this.#closed()
    channel.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) handler.onMessage(new Uint8Array(data))
    }
    if (this.#connection) {
      const connection = this.#connection
      connection.onconnectionstatechange = () => {
        if (connection.connectionState === 'failed')
          this.#closed(new ShoalError('timeout', 'the peer cannot be reached any more'))
      }
    }
    queueMicrotask(() => this.#deliverEarly(handler))
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosed || this.#channel.readyState !== 'open') return
    this.#channel.send(bytes as Uint8Array<ArrayBuffer>)
  }

  close(graceful: boolean): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const channel = this.#channel
    const end = () => {
      clearTimeout(timer)
      channel.onclose = null
      this.#connection?.close()
      this.#handler?.onClose()
    }
    const timer = setTimeout(end, graceful ? LINGER_MS : 0)
    channel.onclose = end
    channel.onmessage = null
    channel.close()
  }

  #deliverEarly(handler: RtcChannelHandler): void {
    for (const bytes of this.#early.messages.splice(0)) if (!this.#isClosed) handler.onMessage(bytes)
    if (this.#early.isClosed) this.#closed()
  }

  #closed(error?: Error): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#connection?.close()
    this.#handler?.onClose(error)
  }
}
