/**
 * A network in memory, in the time of a given clock, with latency, and rates that the connections
 * of a host share. Whole swarms run on it in virtual time, and the result is the same for the same
 * seed.
 */
import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import { type HostLink, type LinkUser, MemoryLink } from './memory-link.ts'
import type { Connection, ConnectionHandler, Listener, PeerAddress, Transport } from './transport.ts'

export type { HostLink } from './memory-link.ts'

/** Bytes in flight before a sender has to wait: the window of each direction of a connection. */
const WINDOW_BYTES = 256 * 1024

interface Listening {
  readonly link: MemoryLink
  accept(connection: Connection): void
}

export class MemoryNetwork {
  readonly clock: Clock
  readonly #listeners = new Map<string, Listening>()
  readonly #links = new Map<string, MemoryLink>()
  #nextPort = 49152

  constructor(options: { clock: Clock }) {
    this.clock = options.clock
  }

  /**
   * Returns a transport of the host. All transports of one host share its wire, whose properties
   * `link` sets.
   */
  transport(host: string, link?: HostLink): Transport {
    let wire = this.#links.get(host)
    if (!wire) {
      wire = new MemoryLink(this.clock, link ?? {})
      this.#links.set(host, wire)
    } else if (link) wire.set(link)
    return new MemoryTransport(this, host, wire)
  }

  /** Unplugs the host: nothing leaves or arrives, without notice to its connections. */
  unplug(host: string): void {
    const wire = this.#links.get(host)
    if (wire) wire.plugged = false
  }

  freePort(): number {
    return this.#nextPort++
  }

  bind(key: string, listening: Listening): void {
    if (this.#listeners.has(key)) throw new ShoalError('refused', `${key} is taken`)
    this.#listeners.set(key, listening)
  }

  unbind(key: string): void {
    this.#listeners.delete(key)
  }

  listenerAt(address: PeerAddress): Listening | undefined {
    return this.#listeners.get(`${address.host} ${address.port}`)
  }
}

class MemoryTransport implements Transport {
  readonly kind = 'memory'
  readonly #network: MemoryNetwork
  readonly #host: string
  readonly #link: MemoryLink
  readonly #listeners = new Set<Listener>()

  constructor(network: MemoryNetwork, host: string, link: MemoryLink) {
    this.#network = network
    this.#host = host
    this.#link = link
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
      const far = this.#network.listenerAt(address)
      const wait = 2 * (this.#link.latencyMs + (far?.link.latencyMs ?? 0))
      const cancel = this.#network.clock.after(wait, () => {
        const listening = this.#network.listenerAt(address)
        // There is no host that could refuse: the caller waits until its own time limit.
        if (!this.#link.plugged || listening?.link.plugged === false) return
        signal.removeEventListener('abort', abort)
        if (listening) resolve(this.#join(address, listening))
        else reject(new ShoalError('refused', `nobody listens at ${address.host} port ${address.port}`))
      })
    })
  }

  #join(address: PeerAddress, listening: Listening): Connection {
    const { clock } = this.#network
    const from: PeerAddress = { host: this.#host, port: this.#network.freePort() }
    const near = new MemoryConnection(clock, this.#link, address, false)
    const far = new MemoryConnection(clock, listening.link, from, true)
    near.join(far)
    far.join(near)
    listening.accept(far)
    return near
  }

  async listen(
    options: { host?: string; port: number },
    onConnection: (connection: Connection) => void,
  ): Promise<Listener> {
    const port = options.port || this.#network.freePort()
    const key = `${this.#host} ${port}`
    this.#network.bind(key, { link: this.#link, accept: onConnection })
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

class MemoryConnection implements Connection, LinkUser {
  readonly kind = 'memory'
  readonly isSecure = false
  readonly remote: PeerAddress
  readonly incoming: boolean
  readonly #clock: Clock
  readonly #link: MemoryLink
  #peer!: MemoryConnection
  #handler: ConnectionHandler | undefined
  /** Bytes that have arrived and are not delivered, because the handler is missing or paused. */
  #inbox: Uint8Array[] = []
  /** Bytes that were written and wait for the wire or the window. */
  #outbox: { bytes: Uint8Array; onSent: (() => void) | undefined }[] = []
  #outboxBytes = 0
  #onTheWay = 0
  #paused = false
  #ending = false
  #closed = false

  constructor(clock: Clock, link: MemoryLink, remote: PeerAddress, incoming: boolean) {
    this.#clock = clock
    this.#link = link
    this.remote = remote
    this.incoming = incoming
  }

  join(peer: MemoryConnection): void {
    this.#peer = peer
  }

  get far(): MemoryLink {
    return this.#peer.#link
  }

  get dialableAddress(): PeerAddress {
    return this.incoming ? { host: this.remote.host, port: 0 } : this.remote
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
    this.#link.want(this)
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

  takeBytes(limit: number): Uint8Array | null {
    const first = this.#outbox[0]
    if (!first || this.#onTheWay >= WINDOW_BYTES || this.#closed) return null
    const taken = first.bytes.slice(0, Math.min(limit, first.bytes.length))
    this.#onTheWay += taken.length
    this.#outboxBytes -= taken.length
    if (taken.length < first.bytes.length) {
      this.#outbox[0] = { bytes: first.bytes.subarray(taken.length), onSent: first.onSent }
      return taken
    }
    this.#outbox.shift()
    first.onSent?.()
    return taken
  }

  left(): void {
    if (this.#outbox.length === 0) this.#clock.after(0, () => this.#drained())
  }

  arrive(bytes: Uint8Array): void {
    this.#peer.#receive(bytes)
  }

  #drained(): void {
    if (this.#closed || this.#outbox.length > 0) return
    this.#handler?.onDrain()
    if (this.#ending) this.#end()
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closed) return
    this.#inbox.push(bytes)
    this.#deliver()
  }

  #deliver(): void {
    while (this.#inbox.length > 0 && this.#handler && !this.#paused && !this.#closed) {
      const bytes = this.#inbox.shift()!
      const peer = this.#peer
      peer.#onTheWay -= bytes.length
      this.#handler.onData(bytes)
      if (peer.#outbox.length > 0) peer.#link.want(peer)
    }
  }

  /** Closes this side now, and the other when all bytes in flight have arrived. */
  #end(): void {
    this.#finish()
    const far = this.#peer
    this.#clock.after(this.#link.delayTo(far.#link, 0), () => {
      if (!this.#link.plugged || !far.#link.plugged) return
      far.#paused = false
      far.#deliver()
      far.#finish()
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
