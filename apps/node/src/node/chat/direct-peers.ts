/**
 * Connects the chat with the nodes of contacts, and with the user's other nodes, over the Shoal
 * network. Connecting reveals this node's address, so nodes of strangers are neither dialed nor
 * accepted.
 */
import { channelOf, type DirectRooms } from '@shoal/chat/direct'
import type { Host, KeyStreams } from '@shoal/network/host'
import type { SignaledPeers } from '@shoal/network/signaled-peers'
import type { Clock, Connection } from '@shoal/torrent'
import { hex, type Random } from '@shoal/torrent/base'
import type { ContactNode } from '../people/service.ts'

const CHAT_PROTOCOL = '/shoal/chat/1'
/** A WebRTC offer for the chat and its answer, in the format of `/shoal/webrtc/1`. */
const SIGNAL_PROTOCOL = '/shoal/chat-webrtc/1'
/**
 * Milliseconds until a node is dialed again, doubled with each failure: most nodes are offline for
 * hours.
 */
const AGAIN_MS = { least: 15_000, most: 15 * 60_000 } as const
/** Both nodes notice a new connection at once; a random delay lets one of them dial first. */
const SPREAD_MS = 3000
const DIAL_MS = 30_000
const PARALLEL = 3
/** Both nodes can dial at the same time. */
const MAX_STREAMS = 2

export interface DirectPeersOptions {
  contacts(): readonly ContactNode[]
  readonly clock: Clock
  readonly random: Random
}

interface Turn {
  readonly dueMs: number
  readonly waitMs: number
}

export class DirectPeers {
  readonly #options: DirectPeersOptions
  readonly #turns = new Map<string, Turn>()
  /** Open streams, by network key. */
  readonly #streams = new Map<string, Set<Connection>>()
  #dialing = 0
  #rooms: Pick<DirectRooms, 'connect'> | null = null
  #network: KeyStreams | null = null
  #closing = new AbortController()

  constructor(options: DirectPeersOptions) {
    this.#options = options
  }

  /** Exchanges messages of these rooms from now on; null stops that. */
  use(rooms: Pick<DirectRooms, 'connect'> | null): void {
    if (rooms === this.#rooms) return
    this.#rooms = rooms
    this.#turns.clear()
    this.#closeAll()
  }

  /**
   * Serves the host until the returned function is called. `peers`: connects nodes that cannot
   * dial each other; null for none.
   */
  async open(
    host: Host,
    peers: SignaledPeers | null,
    open: typeof import('@shoal/network/host').openKeyStreams,
  ): Promise<() => Promise<void>> {
    const network = await open({
      ...{ host, protocol: CHAT_PROTOCOL },
      webrtc: peers && { protocol: SIGNAL_PROTOCOL, peers },
      admits: key => this.#admits(hex(key)),
      accept: (key, stream) => this.#run(hex(key), stream),
      onConnected: key => this.#hurry(hex(key)),
    })
    this.#network = network
    this.#closing = new AbortController()
    this.#turns.clear()
    return async () => {
      if (this.#network === network) this.#network = null
      this.#closing.abort(new Error('The network was closed'))
      this.#closeAll()
      await network.close()
    }
  }

  /** Call it once a second: dials contacts that are due. */
  tick(): void {
    const network = this.#network
    if (!network || !this.#rooms) return
    const nowMs = this.#options.clock.nowMs()
    for (const key of this.#contacts()) {
      if (this.#dialing >= PARALLEL) return
      if (this.#streams.has(key)) continue
      const { dueMs, waitMs } = this.#turns.get(key) ?? { dueMs: this.#soon(), waitMs: AGAIN_MS.least }
      this.#turns.set(key, { dueMs, waitMs })
      if (dueMs > nowMs) continue
      this.#turns.set(key, { dueMs: nowMs + waitMs, waitMs: Math.min(2 * waitMs, AGAIN_MS.most) })
      void this.#dial(network, key)
    }
  }

  /** Call it when contacts have changed: closes the streams of former contacts. */
  contactsChanged(): void {
    const contacts = this.#contacts()
    for (const key of this.#turns.keys()) if (!contacts.has(key)) this.#turns.delete(key)
    for (const [key, streams] of this.#streams)
      if (!contacts.has(key)) for (const stream of [...streams]) stream.close()
  }

  async #dial(network: KeyStreams, key: string): Promise<void> {
    this.#dialing++
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(DIAL_MS)])
      this.#run(key, await network.open(Buffer.from(key, 'hex'), signal))
    } catch {
      // It is offline or has no chat; retry when it is due again.
    } finally {
      this.#dialing--
    }
  }

  #admits(key: string): boolean {
    return (
      this.#rooms !== null && this.#contacts().has(key) && (this.#streams.get(key)?.size ?? 0) < MAX_STREAMS
    )
  }

  #run(key: string, stream: Connection): void {
    const rooms = this.#rooms
    if (!rooms || this.#closing.signal.aborted) return stream.close()
    const streams = this.#streams.get(key) ?? new Set()
    this.#streams.set(key, streams)
    streams.add(stream)
    const beganMs = this.#options.clock.nowMs()
    rooms
      .connect(channelOf(stream))
      .catch(() => {})
      .finally(() => {
        streams.delete(stream)
        if (streams.size > 0 || this.#streams.get(key) !== streams) return
        this.#streams.delete(key)
        // A stream that worked is soon opened again.
        if (this.#options.clock.nowMs() - beganMs > AGAIN_MS.least) this.#hurry(key)
      })
  }

  #hurry(key: string): void {
    if (!this.#streams.has(key)) this.#turns.set(key, { dueMs: this.#soon(), waitMs: AGAIN_MS.least })
  }

  #soon(): number {
    const { clock, random } = this.#options
    return clock.nowMs() + random.below(SPREAD_MS)
  }

  /** The network keys of contacts that have shown their person's certificate. */
  #contacts(): ReadonlySet<string> {
    return new Set(this.#options.contacts().flatMap(({ key, did }) => (did === null ? [] : [key])))
  }

  #closeAll(): void {
    for (const streams of [...this.#streams.values()]) for (const stream of [...streams]) stream.close()
  }
}
