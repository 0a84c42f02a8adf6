import { seededRandom } from '../../../base/random.ts'
import { VirtualClock } from '../../../base/virtual-clock.ts'
import type { DatagramSocket, OnDatagram, OpenDatagram } from '../../datagram.ts'
import { SharedDatagrams } from '../../shared-datagrams.ts'
import type { Connection } from '../../transport.ts'
import { createPacket, decodePacket, type UtpPacket } from '../utp-packet.ts'
import { UtpTransport } from '../utp-transport.ts'

export interface LinkOptions {
  readonly seed?: number
  /** One way. */
  readonly latencyMs?: number
  /** Added at random, so that packets overtake each other. */
  readonly jitterMs?: number
  /** Shares of datagrams, 0 to 1. */
  readonly loss?: number
  readonly duplicates?: number
  readonly bytesPerSecond?: number
  /** The queue before the link. Default: no limit. */
  readonly queueBytes?: number
  /** Larger datagrams vanish. */
  readonly mtuBytes?: number
  readonly family?: 4 | 6
  /** Returns the bytes that arrive instead of a datagram; null for none. */
  tamper?(bytes: Uint8Array, from: 'a' | 'b', packet: UtpPacket): Uint8Array | null
  /** The first sequence number and connection ID of each side. Default: random. */
  readonly firstNr?: number
  /** The clock of each side, which may be wrong. */
  clockOf?(side: 'a' | 'b', nowMs: number): number
}

export interface Seen extends UtpPacket {
  readonly from: 'a' | 'b'
  readonly atMs: number
  readonly bytes: Uint8Array
}

/**
 * Two uTP transports, `a` and `b`, at the ends of a link in virtual time, which repeats from its
 * seed.
 */
export class UtpLink {
  readonly clock = new VirtualClock()
  /** May be changed while the link is in use. */
  options: LinkOptions
  /** The datagrams that were sent, in order. */
  readonly sent: Seen[] = []
  /** The longest time that a datagram waited in the queue, in milliseconds. */
  longestQueueMs = 0
  readonly #random: ReturnType<typeof seededRandom>
  readonly #sockets = new Map<'a' | 'b', LinkSocket>()
  #accept: ((connection: Connection) => void) | null = null
  readonly #freeAtMs = { a: 0, b: 0 }
  readonly a: UtpTransport
  readonly b: UtpTransport

  constructor(options: LinkOptions = {}) {
    this.options = options
    this.#random = seededRandom(options.seed ?? 1)
    this.a = this.#transport('a')
    this.b = this.#transport('b')
  }

  host(side: 'a' | 'b'): string {
    if (this.options.family === 6) return side === 'a' ? 'fd00::a' : 'fd00::b'
    return side === 'a' ? '10.0.0.1' : '10.0.0.2'
  }

  /** Connects `a` to `b`; each call makes another connection. Returns both ends. */
  async connect(): Promise<[Connection, Connection]> {
    const accepted = Promise.withResolvers<Connection>()
    if (!this.#accept)
      await this.b.listen({ host: this.host('b'), port: 6881 }, other => this.#accept?.(other))
    this.#accept = accepted.resolve
    const dialing = this.a.dial(
      { host: this.host('b'), port: 6881 },
      { signal: new AbortController().signal },
    )
    const both = Promise.all([dialing, accepted.promise])
    let isDone = false
    both.then(
      () => (isDone = true),
      () => (isDone = true),
    )
    await this.clock.until(() => isDone, 30_000)
    return both
  }

  /** Delivers a datagram as if the other side had sent it. */
  inject(to: 'a' | 'b', bytes: Uint8Array, port?: number): void {
    const other = to === 'a' ? 'b' : 'a'
    this.#sockets.get(to)?.receive(bytes, this.host(other), port ?? this.#sockets.get(other)?.port ?? 1)
  }

  /** Delivers a datagram from any address. */
  injectFrom(to: 'a' | 'b', bytes: Uint8Array, host: string, port: number): void {
    this.#sockets.get(to)?.receive(bytes, host, port)
  }

  get openSockets(): number {
    return this.#sockets.size
  }

  carry(bytes: Uint8Array, from: 'a' | 'b', host: string): void {
    const packet = createPacket()
    decodePacket(bytes, packet)
    const { options } = this
    const copy = bytes.slice()
    this.sent.push({ ...packet, from, atMs: this.clock.nowMs(), bytes: copy })
    const to = from === 'a' ? 'b' : 'a'
    if (host !== this.host(to) || bytes.length > (options.mtuBytes ?? Number.POSITIVE_INFINITY)) return
    if (this.#chance(options.loss)) return
    const arriving = options.tamper ? options.tamper(bytes.slice(), from, packet) : copy
    if (!arriving) return
    const queueMs = this.#queue(from, bytes.length)
    if (queueMs === null) return
    const copies = this.#chance(options.duplicates) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const jitterMs = options.jitterMs ? this.#random.below(1000 * options.jitterMs) / 1000 : 0
      this.clock.after(queueMs + (options.latencyMs ?? 10) + jitterMs, () => {
        const socket = this.#sockets.get(to)
        socket?.receive(arriving.slice(), this.host(from), this.#sockets.get(from)?.port ?? 1)
      })
    }
  }

  /** A datagram of the other side arrives now. */
  deliver(to: 'a' | 'b', bytes: Uint8Array): void {
    const from = to === 'a' ? 'b' : 'a'
    this.#sockets.get(to)?.receive(bytes, this.host(from), this.#sockets.get(from)?.port ?? 1)
  }

  #chance(share = 0): boolean {
    return share > 0 && this.#random.below(1_000_000) < share * 1_000_000
  }

  /**
   * Returns the time until a datagram has left the queue and the link; null if the queue is full.
   */
  #queue(from: 'a' | 'b', length: number): number | null {
    const { bytesPerSecond, queueBytes = Number.POSITIVE_INFINITY } = this.options
    if (bytesPerSecond === undefined) return 0
    const now = this.clock.nowMs()
    const waitMs = Math.max(0, this.#freeAtMs[from] - now)
    if ((waitMs / 1000) * bytesPerSecond > queueBytes) return null
    this.longestQueueMs = Math.max(this.longestQueueMs, waitMs)
    this.#freeAtMs[from] = now + waitMs + (1000 * length) / bytesPerSecond
    return this.#freeAtMs[from] - now
  }

  #transport(side: 'a' | 'b'): UtpTransport {
    const open: OpenDatagram = async ({ family, port }) => {
      const socket = new LinkSocket(this, side, family, port || 50_000, () => this.#sockets.delete(side))
      this.#sockets.set(side, socket)
      return socket
    }
    const { clock } = this
    const nowMs = () => this.options.clockOf?.(side, clock.nowMs()) ?? clock.nowMs()
    const own = { nowMs, unixMs: () => clock.unixMs(), after: clock.after.bind(clock) }
    const { seed = 1, firstNr } = this.options
    const random = seededRandom(seed + (side === 'a' ? 100 : 200))
    const { below } = random
    if (firstNr !== undefined) random.below = limit => (limit === 65536 ? firstNr : below(limit))
    return new UtpTransport({ clock: own, random, datagrams: new SharedDatagrams(open) })
  }
}

class LinkSocket implements DatagramSocket {
  onMessage: OnDatagram | null = null
  onTurnEnd: (() => void) | null = null
  readonly localAddress = '0.0.0.0'
  readonly family: 4 | 6
  readonly port: number
  readonly #link: UtpLink
  readonly #side: 'a' | 'b'
  readonly #onClose: () => void
  #willEndTurn = false

  constructor(link: UtpLink, side: 'a' | 'b', family: 4 | 6, port: number, onClose: () => void) {
    this.#link = link
    this.#side = side
    this.family = family
    this.port = port
    this.#onClose = onClose
  }

  send(bytes: Uint8Array, host: string): void {
    this.#link.carry(bytes, this.#side, host)
  }

  receive(bytes: Uint8Array, host: string, port: number): void {
    this.onMessage?.(bytes, host, port)
    if (this.#willEndTurn) return
    this.#willEndTurn = true
    this.#link.clock.after(0, () => {
      this.#willEndTurn = false
      this.onTurnEnd?.()
    })
  }

  async close(): Promise<void> {
    this.#onClose()
  }
}

/** Collects the bytes that arrive at a connection. */
export function collect(connection: Connection) {
  const result = { bytes: new Uint8Array(0), length: 0, closed: false, error: undefined as Error | undefined }
  const chunks: Uint8Array[] = []
  connection.start({
    onData(bytes) {
      chunks.push(bytes.slice())
      result.length += bytes.length
    },
    onDrain() {},
    onClose(error) {
      result.closed = true
      result.error = error
      result.bytes = new Uint8Array(Buffer.concat(chunks))
    },
  })
  return result
}

/** Bytes that differ at every offset. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xff)
}
