/**
 * A network in memory, in the time of a given clock: latency, and a rate that each host's uplink and downlink share. Whole swarms run on it in
 * virtual time, and the answer is the same for the same seed.
 */
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Connection, ConnectionHandler, Listener, PeerAddress, Transport } from './transport.ts'

export interface HostLink {
  /** Bytes a second that the host can send / receive; default no limit. */
  readonly uploadBytesPerSecond?: number
  readonly downloadBytesPerSecond?: number
  /** One-way delay to anybody, ms; default 0. */
  readonly latencyMs?: number
}

/** Bytes on the way before a sender has to wait: the window of each direction of a connection. */
const WINDOW_BYTES = 256 * 1024

export class MemoryNetwork {
  readonly clock: Clock
  readonly #listeners = new Map<string, (connection: Connection) => void>()
  #nextPort = 49152

  constructor(options: { clock: Clock }) {
    this.clock = options.clock
  }

  /** The transport of one host. */
  transport(host: string, link: HostLink = {}): Transport {
    return new MemoryTransport(this, host, new Link(this.clock, link))
  }

  freePort(): number {
    return this.#nextPort++
  }

  bind(key: string, onConnection: (connection: Connection) => void): void {
    if (this.#listeners.has(key)) throw new ShoalError('refused', `${key} is taken`)
    this.#listeners.set(key, onConnection)
  }

  unbind(key: string): void {
    this.#listeners.delete(key)
  }

  listenerAt(address: PeerAddress): ((connection: Connection) => void) | undefined {
    return this.#listeners.get(`${address.host} ${address.port}`)
  }
}

/** One host's wire: what leaves and what arrives, each in turn at its own rate. */
class Link {
  readonly latencyMs: number
  readonly #clock: Clock
  readonly #msPerByteUp: number
  readonly #msPerByteDown: number
  #upFreeAt = 0
  #downFreeAt = 0

  constructor(clock: Clock, link: HostLink) {
    this.#clock = clock
    this.latencyMs = link.latencyMs ?? 0
    this.#msPerByteUp = 1000 / (link.uploadBytesPerSecond ?? Number.POSITIVE_INFINITY)
    this.#msPerByteDown = 1000 / (link.downloadBytesPerSecond ?? Number.POSITIVE_INFINITY)
  }

  /** When bytes handed over now will all have arrived at `to`. */
  arrivalMs(bytes: number, to: Link): number {
    const now = this.#clock.nowMs()
    this.#upFreeAt = Math.max(now, this.#upFreeAt) + bytes * this.#msPerByteUp
    const reached = this.#upFreeAt + this.latencyMs + to.latencyMs
    to.#downFreeAt = Math.max(reached, to.#downFreeAt) + bytes * to.#msPerByteDown
    return to.#downFreeAt
  }
}

class MemoryTransport implements Transport {
  readonly kind = 'memory'
  readonly #network: MemoryNetwork
  readonly #host: string
  readonly link: Link
  readonly #listeners = new Set<Listener>()

  constructor(network: MemoryNetwork, host: string, link: Link) {
    this.#network = network
    this.#host = host
    this.link = link
  }

  canDial(address: PeerAddress): boolean {
    return address.kind === undefined || address.kind === 'memory'
  }

  dial(address: PeerAddress, { signal }: { signal: AbortSignal }): Promise<Connection> {
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const abort = () => {
        cancel()
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      const cancel = this.#network.clock.after(2 * this.link.latencyMs, () => {
        signal.removeEventListener('abort', abort)
        const accept = this.#network.listenerAt(address)
        if (!accept)
          return reject(new ShoalError('refused', `nobody listens at ${address.host} port ${address.port}`))
        const from: PeerAddress = { host: this.#host, port: this.#network.freePort() }
        const near = new MemoryConnection(this.#network.clock, this.link, address, false)
        const far = new MemoryConnection(
          this.#network.clock,
          LISTENER_LINKS.get(accept) ?? this.link,
          from,
          true,
        )
        near.join(far)
        far.join(near)
        accept(far)
        resolve(near)
      })
    })
  }

  async listen(
    options: { host?: string; port: number },
    onConnection: (connection: Connection) => void,
  ): Promise<Listener> {
    const port = options.port || this.#network.freePort()
    const key = `${this.#host} ${port}`
    const accept = (connection: Connection) => onConnection(connection)
    LISTENER_LINKS.set(accept, this.link)
    this.#network.bind(key, accept)
    const listener: Listener = {
      port,
      close: async () => {
        this.#network.unbind(key)
        this.#listeners.delete(listener)
      },
    }
    this.#listeners.add(listener)
    return listener
  }

  async close(): Promise<void> {
    for (const listener of [...this.#listeners]) await listener.close()
  }
}

/** Which wire a listener's connections arrive on. */
const LISTENER_LINKS = new WeakMap<(connection: Connection) => void, Link>()

class MemoryConnection implements Connection {
  readonly kind = 'memory'
  readonly remote: PeerAddress
  readonly incoming: boolean
  readonly #clock: Clock
  readonly #link: Link
  #peer!: MemoryConnection
  #handler: ConnectionHandler | undefined
  /** Arrived, not delivered: the handler is missing or paused. */
  #inbox: Uint8Array[] = []
  /** Written, waiting for the window. */
  #outbox: { bytes: Uint8Array; onSent: (() => void) | undefined }[] = []
  #outboxBytes = 0
  #onTheWay = 0
  #paused = false
  #ending = false
  #closed = false

  constructor(clock: Clock, link: Link, remote: PeerAddress, incoming: boolean) {
    this.#clock = clock
    this.#link = link
    this.remote = remote
    this.incoming = incoming
  }

  join(peer: MemoryConnection): void {
    this.#peer = peer
  }

  get bufferedBytes(): number {
    return this.#outboxBytes
  }

  start(handler: ConnectionHandler): void {
    this.#handler = handler
    if (this.#closed) this.#clock.after(0, () => handler.onClose())
    else this.#clock.after(0, () => this.#deliver())
  }

  write(bytes: Uint8Array, onSent?: () => void): void {
    if (this.#closed) {
      onSent?.()
      return
    }
    this.#outbox.push({ bytes, onSent })
    this.#outboxBytes += bytes.length
    if (this.#outbox.length === 1) this.#clock.after(0, () => this.#send())
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#clock.after(0, () => this.#deliver())
  }

  close(graceful = false): void {
    if (this.#closed || this.#ending) return
    if (graceful && this.#outbox.length > 0) this.#ending = true
    else this.#end()
  }

  #send(): void {
    while (this.#outbox.length > 0 && this.#onTheWay < WINDOW_BYTES && !this.#closed) {
      const { bytes, onSent } = this.#outbox.shift()!
      const copy = bytes.slice()
      this.#onTheWay += copy.length
      this.#outboxBytes -= copy.length
      onSent?.()
      const wait = Math.max(0, this.#link.arrivalMs(copy.length, this.#peer.#link) - this.#clock.nowMs())
      this.#clock.after(wait, () => this.#peer.#arrive(copy))
    }
    if (this.#closed || this.#outbox.length > 0) return
    this.#handler?.onDrain()
    if (this.#ending) this.#end()
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#closed) return
    this.#inbox.push(bytes)
    this.#deliver()
  }

  #deliver(): void {
    while (this.#inbox.length > 0 && this.#handler && !this.#paused && !this.#closed) {
      const bytes = this.#inbox.shift()!
      this.#peer.#onTheWay -= bytes.length
      this.#handler.onData(bytes)
      this.#peer.#send()
    }
  }

  /** Ends this side now and the other when all that is on the way has arrived. */
  #end(): void {
    this.#finish()
    const wait = Math.max(0, this.#link.arrivalMs(0, this.#peer.#link) - this.#clock.nowMs())
    this.#clock.after(wait, () => {
      this.#peer.#paused = false
      this.#peer.#deliver()
      this.#peer.#finish()
    })
  }

  #finish(): void {
    if (this.#closed) return
    this.#closed = true
    for (const { onSent } of this.#outbox.splice(0)) onSent?.()
    this.#outboxBytes = 0
    this.#clock.after(0, () => this.#handler?.onClose())
  }
}
