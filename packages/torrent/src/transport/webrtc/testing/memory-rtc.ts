import type { Clock } from '../../../base/clock.ts'
import { ShoalError } from '../../../base/errors.ts'
import type { PeerAddress } from '../../transport.ts'
import type {
  RtcCandidate,
  RtcChannel,
  RtcChannelHandler,
  RtcConfig,
  RtcFactory,
  RtcPeer,
  RtcPeerEvents,
} from '../rtc.ts'

const MAX_MESSAGE_BYTES = 256 * 1024
/** Messages that one side has sent and the other has not received. */
const WINDOW_BYTES = 256 * 1024
const LATENCY_MS = 5

/** WebRTC in memory and in virtual time: a side that has the other's description is connected. */
export class MemoryRtc {
  readonly clock: Clock
  readonly #peers = new Map<string, MemoryPeer>()
  #next = 1
  /** Peers that were created and not closed. */
  open = 0
  /** Neither side learns the other's address, as between pages. */
  hidesAddresses = false
  readonly configs: RtcConfig[] = []
  /** In order of creation. */
  readonly peers: { readonly candidates: readonly RtcCandidate[] }[] = []

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** WebRTC of one machine. */
  host(host: string): RtcFactory {
    return {
      createPeer: (config, events) => {
        this.configs.push(config)
        this.open++
        const peer = new MemoryPeer(
          this,
          { host, port: 40_000 + this.#next, kind: 'webrtc' },
          events,
          this.#next++,
        )
        this.#peers.set(peer.name, peer)
        this.peers.push(peer)
        return peer
      },
    }
  }

  find(sdp: string): MemoryPeer | undefined {
    return this.#peers.get(/^a=ice-ufrag:(.*)\r$/m.exec(sdp)?.[1] ?? '')
  }
}

class MemoryPeer implements RtcPeer {
  readonly name: string
  readonly address: PeerAddress
  readonly candidates: RtcCandidate[] = []
  readonly #rtc: MemoryRtc
  readonly #events: RtcPeerEvents
  #far: MemoryPeer | undefined
  #over = false

  constructor(rtc: MemoryRtc, address: PeerAddress, events: RtcPeerEvents, number: number) {
    this.#rtc = rtc
    this.address = address
    this.#events = events
    this.name = `peer${number}`
  }

  async createOffer(): Promise<string> {
    return memorySdp(this.name)
  }

  async acceptOffer(sdp: string): Promise<string> {
    this.#far = this.#rtc.find(sdp)
    if (!this.#far) throw new ShoalError('bad-message', 'nobody made this offer')
    return memorySdp(this.name)
  }

  async acceptAnswer(sdp: string): Promise<void> {
    const far = this.#rtc.find(sdp)
    if (!far || far.#far !== this) throw new ShoalError('bad-message', 'this answers another offer')
    this.#far = far
    this.#rtc.clock.after(LATENCY_MS, () => this.#connect(far))
  }

  addCandidate(candidate: RtcCandidate): void {
    this.candidates.push(candidate)
  }

  close(): void {
    if (this.#over) return
    this.#over = true
    this.#rtc.open--
  }

  #connect(far: MemoryPeer): void {
    const { clock, hidesAddresses } = this.#rtc
    if (this.#over || far.#over) return
    const remotes = hidesAddresses ? ([null, null] as const) : ([far.address, this.address] as const)
    const [mine, theirs] = memoryChannels(clock, { remotes })
    for (const [peer, channel] of [
      [this, mine],
      [far, theirs],
    ] as const) {
      peer.#over = true
      channel.onGone = () => this.#rtc.open--
      peer.#events.onChannel(channel)
    }
  }
}

/** A description as a browser's, of a data channel: its user fragment names the peer. */
export function memorySdp(name: string): string {
  return [
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    `a=ice-ufrag:${name}`,
    'a=ice-pwd:not-a-secret-not-a-secret',
    `a=fingerprint:sha-256 ${name}`,
    'a=setup:actpass',
    'a=sctp-port:5000',
    '',
  ].join('\r\n')
}

export interface MemoryChannelOptions {
  readonly remotes?: readonly [PeerAddress | null, PeerAddress | null]
  readonly maxMessageBytes?: number
}

/** Both ends of an open channel. */
export function memoryChannels(
  clock: Clock,
  { remotes = [null, null], maxMessageBytes = MAX_MESSAGE_BYTES }: MemoryChannelOptions = {},
): [MemoryChannel, MemoryChannel] {
  const near = new MemoryChannel(clock, remotes[0], maxMessageBytes)
  const far = new MemoryChannel(clock, remotes[1], maxMessageBytes)
  near.join(far)
  far.join(near)
  return [near, far]
}

export class MemoryChannel implements RtcChannel {
  readonly remote: PeerAddress | null
  readonly maxMessageBytes: number
  bufferedBytes = 0
  /** Lengths of all messages that were sent. */
  readonly sent: number[] = []
  onGone: (() => void) | undefined
  readonly #clock: Clock
  #far!: MemoryChannel
  #handler: RtcChannelHandler | undefined
  #lowBytes = 0
  #queue: Uint8Array[] = []
  #inbox: Uint8Array[] = []
  #isSending = false
  #isEnding = false
  isClosed = false

  constructor(clock: Clock, remote: PeerAddress | null, maxMessageBytes: number) {
    this.#clock = clock
    this.remote = remote
    this.maxMessageBytes = maxMessageBytes
  }

  join(far: MemoryChannel): void {
    this.#far = far
  }

  start(handler: RtcChannelHandler, { lowBytes }: { lowBytes: number }): void {
    this.#lowBytes = lowBytes
    this.#clock.after(0, () => {
      this.#handler = handler
      for (const bytes of this.#inbox.splice(0)) handler.onMessage(bytes)
      if (this.isClosed) handler.onClose()
    })
  }

  send(bytes: Uint8Array): void {
    if (this.isClosed) return
    if (bytes.length > this.maxMessageBytes) throw new RangeError(`a message of ${bytes.length} bytes`)
    this.sent.push(bytes.length)
    this.#queue.push(bytes.slice())
    this.bufferedBytes += bytes.length
    this.#sendLater()
  }

  close(graceful: boolean): void {
    if (graceful && this.#queue.length > 0) this.#isEnding = true
    else this.#end()
  }

  #sendLater(): void {
    if (this.#isSending) return
    this.#isSending = true
    this.#clock.after(LATENCY_MS, () => this.#sendSome())
  }

  #sendSome(): void {
    this.#isSending = false
    const before = this.bufferedBytes
    for (let room = WINDOW_BYTES; room > 0 && this.#queue.length > 0; ) {
      const bytes = this.#queue.shift()!
      room -= bytes.length
      this.bufferedBytes -= bytes.length
      this.#far.#receive(bytes)
    }
    if (before > this.#lowBytes && this.bufferedBytes <= this.#lowBytes) this.#handler?.onLow()
    if (this.#queue.length > 0) this.#sendLater()
    else if (this.#isEnding) this.#end()
  }

  #receive(bytes: Uint8Array): void {
    if (this.isClosed) return
    if (this.#handler) this.#handler.onMessage(bytes)
    else this.#inbox.push(bytes)
  }

  #end(): void {
    for (const side of [this, this.#far]) {
      if (side.isClosed) continue
      side.isClosed = true
      side.onGone?.()
      side.#clock.after(0, () => side.#handler?.onClose())
    }
  }
}
