/** Implements the contract over libdatachannel (node-datachannel), which is loaded on first use. */
import type { DataChannel, IceServer as NativeServer, PeerConnection } from 'node-datachannel'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import { checkIceServer, parseIceUrl } from './ice-url.ts'
import { GATHER_LIMIT_MS } from './limits.ts'
import { type NativeMessage, NodeChannel } from './node-channel.node.ts'
import type { IceServer, RtcCandidate, RtcConfig, RtcFactory, RtcPeer, RtcPeerEvents } from './rtc.ts'

type Native = typeof import('node-datachannel')

/** Maximum size of a message that we accept. */
const MAX_MESSAGE_BYTES = 256 * 1024

/**
 * Opens WebRTC for Node. `host`: the only address to use, as for a session's listener. Rejects with
 * `unsupported` if its binary is missing or does not fit the machine.
 */
export async function openRtc({ host }: { host?: string | undefined }): Promise<RtcFactory> {
  const native = await load()
  const bindAddress = host === undefined ? null : canonicalIp(host)
  return {
    createPeer(config, events) {
      const servers = config.iceServers.flatMap(nativeServers)
      const { iceTransportPolicy = 'all' } = config satisfies RtcConfig
      const connection = new native.PeerConnection('shoal', {
        iceServers: servers,
        iceTransportPolicy,
        maxMessageSize: MAX_MESSAGE_BYTES,
        ...(bindAddress && !/^(0\.0\.0\.0|::)$/.test(bindAddress) && { bindAddress }),
      })
      return new NodePeer(connection, events)
    },
  }
}

async function load(): Promise<Native> {
  try {
    const module = await import('node-datachannel')
    return (module as { default?: Native }).default ?? module
  } catch (error) {
    const why = `WebRTC is off: node-datachannel does not load on this machine (${messageOf(error)}). All else works`
    throw new ShoalError('unsupported', why, { cause: error })
  }
}

function nativeServers(server: IceServer): NativeServer[] {
  checkIceServer(server)
  const { urls, username, credential } = server
  return [urls].flat().map(url => {
    const { kind, host, port, relay } = parseIceUrl(url)
    if (kind === 'stun') return { hostname: host, port }
    return { hostname: host, port, username: username!, password: credential!, relayType: relay }
  })
}

/** The open connections. The native ones close when JavaScript collects them. */
const alive = new Set<NodePeer>()

class NodePeer implements RtcPeer {
  readonly #connection: PeerConnection
  readonly #events: RtcPeerEvents
  #channel: DataChannel | null = null
  #open: NodeChannel | null = null
  #early: NativeMessage[] = []
  #isOver = false
  #onGathered: (() => void) | null = null

  constructor(connection: PeerConnection, events: RtcPeerEvents) {
    this.#connection = connection
    this.#events = events
    alive.add(this)
    connection.onStateChange(state => this.#onState(state))
    connection.onGatheringStateChange(state => {
      if (state === 'complete') this.#onGathered?.()
    })
    connection.onDataChannel(channel => {
      if (this.#channel) return channel.close()
      this.#watch(channel)
      if (channel.isOpen()) this.#opened()
    })
  }

  createOffer({ signal }: { signal: AbortSignal }): Promise<string> {
    return this.#describe(signal, () => this.#watch(this.#connection.createDataChannel('bittorrent')))
  }

  acceptOffer(sdp: string, { signal }: { signal: AbortSignal }): Promise<string> {
    return this.#describe(signal, () => this.#setRemote('offer', sdp))
  }

  async acceptAnswer(sdp: string): Promise<void> {
    this.#setRemote('answer', sdp)
  }

  addCandidate({ candidate, sdpMid }: RtcCandidate): void {
    try {
      this.#connection.addRemoteCandidate(candidate, sdpMid)
    } catch {
      // The candidate is malformed, or the connection is closed.
    }
  }

  close(): void {
    if (this.#open || this.#isOver) return
    this.#isOver = true
    // A channel that never opened keeps the process alive until it is closed on its own.
    this.#channel?.close()
    this.#connection.close()
  }

  #watch(channel: DataChannel): void {
    this.#channel = channel
    channel.onOpen(() => this.#opened())
    // Before `onClosed`: libuv runs pending callbacks in the order in which they were set, and a
    // closed channel drops its messages.
    channel.onMessage(message => {
      if (this.#open) this.#open.onMessage(message)
      else this.#early.push(message)
    })
    channel.onClosed(() => this.#open?.closed())
  }

  #setRemote(type: 'offer' | 'answer', sdp: string): void {
    if (this.#isOver) throw new ShoalError('closed', 'the peer connection was closed')
    try {
      this.#connection.setRemoteDescription(sdp, type)
    } catch (error) {
      throw new ShoalError('bad-message', `the peer's ${type} makes no sense`, { cause: error })
    }
  }

  /** Resolves to our description once `begin` has made one and candidates are known. */
  #describe(signal: AbortSignal, begin: () => void): Promise<string> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const end = (settle: () => void) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        this.#onGathered = null
        settle()
      }
      const done = () => {
        const description = this.#isOver ? null : this.#connection.localDescription()
        if (description) return end(() => resolve(description.sdp))
        end(() => reject(new ShoalError('closed', 'the peer connection was closed')))
      }
      const abort = () => end(() => reject(signal.reason))
      const timer = setTimeout(done, GATHER_LIMIT_MS)
      signal.addEventListener('abort', abort, { once: true })
      this.#onGathered = done
      try {
        begin()
      } catch (error) {
        end(() => reject(error))
      }
    })
  }

  #opened(): void {
    if (this.#isOver || this.#open || !this.#channel) return
    const selected = this.#connection.getSelectedCandidatePair()?.remote
    const host = selected && canonicalIp(selected.address)
    const remote = host ? { host, port: selected.port, kind: 'webrtc' as const } : null
    this.#open = new NodeChannel(this.#channel, this.#connection, remote)
    for (const message of this.#early.splice(0)) this.#open.onMessage(message)
    this.#events.onChannel(this.#open)
  }

  #onState(state: string): void {
    if (state === 'closed') alive.delete(this)
    if (state !== 'failed' && state !== 'closed' && state !== 'disconnected') return
    if (this.#open) return this.#open.onState(state)
    if (this.#isOver || state === 'disconnected') return
    this.close()
    this.#events.onFailed(new ShoalError('unreachable', 'no way to the peer was found'))
  }
}
