import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import type { Random } from '../../base/random.ts'
import type { DatagramSocket, IpFamily } from '../datagram.ts'
import type { PeerAddress } from '../transport.ts'
import { ConnectionTable } from './connection-table.ts'
import { HALF_OPEN_MS, type HalfOpen, HalfOpenTable } from './half-open.ts'
import { PacketMemory } from './packet-memory.ts'
import { MAX_DATAGRAM_BYTES } from './path-mtu.ts'
import { type PacketCarrier, UtpConnection } from './utp-connection.ts'
import {
  createPacket,
  decodePacket,
  HEADER_BYTES,
  microsOf,
  PacketType,
  type UtpPacket,
  writeHeader,
} from './utp-packet.ts'
import { WINDOW_BYTES } from './utp-receiver.ts'
import { WakeQueue } from './wake-queue.ts'

/** Time of retransmitting a SYN, and of giving up, in milliseconds after the first. */
const SYN_TIMES_MS = [1000, 2500, 4500]
/** Maximum number of RESETs to unknown peers per second. */
const MAX_RESETS_PER_SECOND = 20

/** An outgoing connection attempt. */
interface Dial {
  readonly address: PeerAddress
  readonly receiveId: number
  readonly seqNr: number
  readonly startedMs: number
  attempts: number
  cancelTimer: () => void
  settle(connection: UtpConnection | null, error?: Error): void
}

export interface UtpSocketOptions {
  readonly clock: Clock
  readonly random: Random
  readonly socket: DatagramSocket
  /** Called when the socket is unused: it has no listener, connection or dial. */
  onUnused(socket: UtpSocket): void
}

/** All connections over one UDP port. */
export class UtpSocket implements PacketCarrier {
  readonly family: IpFamily
  readonly memory: PacketMemory
  /** Called with each connection that a peer opened; null without a listener. */
  onConnection: ((connection: UtpConnection) => void) | null = null
  readonly #options: UtpSocketOptions
  readonly #clock: Clock
  readonly #datagrams: DatagramSocket
  readonly #packet = createPacket()
  readonly #connections = new ConnectionTable()
  readonly #dials = new Map<number, Dial>()
  readonly #halfOpen = new HalfOpenTable()
  /** Connections to which packets arrived in this turn. */
  #attended: UtpConnection[] = []
  readonly #wakes: WakeQueue<UtpConnection>
  #resets = 0
  #resetSecond = 0
  #isClosed = false

  constructor(options: UtpSocketOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#datagrams = options.socket
    this.family = options.socket.family
    this.memory = new PacketMemory(MAX_DATAGRAM_BYTES[this.family])
    this.#wakes = new WakeQueue(options.clock, connection => connection.onTimer())
    options.socket.onMessage = (bytes, host, port) => this.#receive(bytes, host, port)
    options.socket.onTurnEnd = () => this.#endTurn()
  }

  get port(): number {
    return this.#datagrams.port
  }

  get connections(): number {
    return this.#connections.size
  }

  get halfOpen(): number {
    return this.#halfOpen.size
  }

  /** Connects to a peer. Rejects with a ShoalError or the signal's reason. */
  dial(address: PeerAddress, signal: AbortSignal): Promise<UtpConnection> {
    return new Promise((resolve, reject) => {
      const receiveId = this.#freeId()
      const abort = () => dial.settle(null, signal.reason)
      const dial: Dial = {
        address: { ...address, host: hostOf(address.host) },
        receiveId,
        seqNr: this.#options.random.below(65536),
        startedMs: this.nowMs(),
        attempts: 0,
        cancelTimer: () => {},
        settle: (connection, error) => {
          if (this.#dials.get(receiveId) !== dial) return
          this.#dials.delete(receiveId)
          dial.cancelTimer()
          signal.removeEventListener('abort', abort)
          if (connection) resolve(connection)
          else reject(error)
          this.closeIfUnused()
        },
      }
      this.#dials.set(receiveId, dial)
      signal.addEventListener('abort', abort, { once: true })
      this.#sendSyn(dial)
    })
  }

  /** Aborts dials, and drops connections that have ended but wait for the peer. */
  abort(): void {
    for (const dial of [...this.#dials.values()])
      dial.settle(null, new ShoalError('closed', 'the transport was closed'))
    for (const connection of this.#connections.all()) if (connection.hasEnded) connection.abandon()
    this.closeIfUnused()
  }

  /** Stops accepting. Connections stay. */
  stopListening(): void {
    this.onConnection = null
    this.closeIfUnused()
  }

  /** Closes the socket if there is no listener, connection or dial. */
  closeIfUnused(): void {
    if (this.#isClosed || this.onConnection || this.#connections.size > 0 || this.#dials.size > 0) return
    this.#isClosed = true
    this.#wakes.close()
    this.#options.onUnused(this)
  }

  // PacketCarrier

  nowMs(): number {
    return this.#clock.nowMs()
  }

  send(packet: Uint8Array, host: string, port: number): void {
    this.#datagrams.send(packet, host, port)
  }

  wake(connection: UtpConnection, atMs: number): void {
    this.#wakes.wake(connection, atMs)
  }

  attend(connection: UtpConnection): void {
    if (this.#attended.at(-1) !== connection) this.#attended.push(connection)
  }

  forget(connection: UtpConnection): void {
    this.#connections.remove(connection)
    this.#wakes.remove(connection)
    this.closeIfUnused()
  }

  // Inside

  #receive(bytes: Uint8Array, host: string, port: number): void {
    const packet = this.#packet
    if (!decodePacket(bytes, packet)) return
    if (packet.type === PacketType.syn) return this.#onSyn(packet, host, port)
    if (packet.type === PacketType.reset) return this.#onReset(packet, host, port)
    const connection = this.#connections.find(packet.connectionId, host, port)
    if (connection) return connection.receive(packet, bytes)
    if (this.#onAnswer(packet, host, port) || this.#onConfirmation(packet, bytes, host, port)) return
    this.#sendReset(packet, host, port)
  }

  #endTurn(): void {
    const attended = this.#attended
    if (attended.length === 0) return
    this.#attended = []
    for (const connection of attended) connection.deliver()
  }

  #onSyn(packet: UtpPacket, host: string, port: number): void {
    const receiveId = (packet.connectionId + 1) & 0xffff
    // A copy of the SYN of a connection that exists.
    if (this.#connections.find(receiveId, host, port)) return
    const known = this.#halfOpen.find(receiveId, host, port)
    if (known && known.ackNr !== packet.seqNr) this.#halfOpen.remove(known)
    const entry = known?.ackNr === packet.seqNr ? known : this.#enter(packet, host, port)
    if (!entry) return this.#sendReset(packet, host, port)
    // BEP 29: the STATE has the number of the first packet with data. It is not longer than the
    // SYN.
    this.#sendBare(PacketType.state, entry.sendId, entry.seqNr, entry.ackNr, host, port, packet)
  }

  /** Remembers a SYN. Returns null if there is no room for its connection, or no listener. */
  #enter(packet: UtpPacket, host: string, port: number): HalfOpen | null {
    if (!this.onConnection || !this.#connections.hasRoom(host)) return null
    const nowMs = this.nowMs()
    const entry: HalfOpen = {
      host,
      port,
      receiveId: (packet.connectionId + 1) & 0xffff,
      sendId: packet.connectionId,
      seqNr: this.#options.random.below(65536),
      ackNr: packet.seqNr,
      untilMs: nowMs + HALF_OPEN_MS,
    }
    return this.#halfOpen.add(entry, nowMs) ? entry : null
  }

  /**
   * The first packet after the SYN opens the connection, if it shows that the peer has received our
   * answer.
   */
  #onConfirmation(packet: UtpPacket, bytes: Uint8Array, host: string, port: number): boolean {
    const entry = this.#halfOpen.find(packet.connectionId, host, port)
    if (!entry || packet.ackNr !== ((entry.seqNr - 1) & 0xffff)) return entry !== undefined
    this.#halfOpen.remove(entry)
    if (entry.untilMs <= this.nowMs() || !this.onConnection || !this.#connections.hasRoom(host)) return false
    const { receiveId, sendId, seqNr, ackNr } = entry
    const { windowBytes } = packet
    const remote = { host, port }
    const connection = new UtpConnection(this, {
      remote,
      incoming: true,
      receiveId,
      sendId,
      seqNr,
      ackNr,
      windowBytes,
    })
    this.#connections.add(connection)
    connection.receive(packet, bytes)
    this.onConnection(connection)
    return true
  }

  /** The answer to a SYN of ours. */
  #onAnswer(packet: UtpPacket, host: string, port: number): boolean {
    const dial = this.#dials.get(packet.connectionId)
    if (!dial || dial.address.host !== host || dial.address.port !== port) return false
    if (packet.type !== PacketType.state || packet.ackNr !== dial.seqNr) return true
    const connection = new UtpConnection(this, {
      remote: dial.address,
      incoming: false,
      receiveId: dial.receiveId,
      sendId: (dial.receiveId + 1) & 0xffff,
      seqNr: (dial.seqNr + 1) & 0xffff,
      // BEP 29: a STATE does not use up its number, so the first packet with data has the same.
      ackNr: (packet.seqNr - 1) & 0xffff,
      windowBytes: packet.windowBytes,
    })
    this.#connections.add(connection)
    connection.receive(packet, new Uint8Array(0))
    connection.acknowledge()
    dial.settle(connection)
    return true
  }

  #onReset(packet: UtpPacket, host: string, port: number): void {
    const id = packet.connectionId
    const dial = this.#dials.get(id) ?? this.#dials.get((id - 1) & 0xffff)
    if (dial && dial.address.host === host && dial.address.port === port && packet.ackNr === dial.seqNr)
      return dial.settle(null, new ShoalError('refused', `${host} port ${port} refuses the connection`))
    // Clients disagree on whose ID a RESET has.
    const connection =
      this.#connections.find(id, host, port) ??
      this.#connections.find((id + 1) & 0xffff, host, port) ??
      this.#connections.find((id - 1) & 0xffff, host, port)
    if (connection && (connection.receiveId === id || connection.sendId === id)) connection.onReset(packet)
  }

  #sendSyn(dial: Dial): void {
    const { host, port } = dial.address
    const nowMs = this.nowMs()
    const bytes = new Uint8Array(HEADER_BYTES)
    writeHeader(bytes, {
      type: PacketType.syn,
      connectionId: dial.receiveId,
      timestampMicros: microsOf(nowMs),
      differenceMicros: 0,
      windowBytes: WINDOW_BYTES,
      seqNr: dial.seqNr,
      ackNr: 0,
    })
    const againMs = dial.startedMs + SYN_TIMES_MS[dial.attempts++]!
    dial.cancelTimer = this.#clock.after(Math.max(0, againMs - nowMs), () => {
      if (dial.attempts < SYN_TIMES_MS.length) return this.#sendSyn(dial)
      dial.settle(null, new ShoalError('timeout', `${host} port ${port} does not answer over uTP`))
    })
    this.#datagrams.send(bytes, host, port, error => dial.settle(null, error))
  }

  /** Sends a packet without data and connection. */
  #sendBare(
    type: PacketType,
    connectionId: number,
    seqNr: number,
    ackNr: number,
    host: string,
    port: number,
    received: UtpPacket,
  ): void {
    const bytes = new Uint8Array(HEADER_BYTES)
    const timestampMicros = microsOf(this.nowMs())
    const differenceMicros = (timestampMicros - received.timestampMicros) >>> 0
    const windowBytes = type === PacketType.state ? WINDOW_BYTES : 0
    writeHeader(bytes, { type, connectionId, timestampMicros, differenceMicros, windowBytes, seqNr, ackNr })
    this.#datagrams.send(bytes, host, port)
  }

  /**
   * Notifies an unknown peer that there is no such connection: with no more bytes than it sent,
   * and at a limited rate.
   */
  #sendReset(packet: UtpPacket, host: string, port: number): void {
    const second = Math.floor(this.nowMs() / 1000)
    if (second !== this.#resetSecond) {
      this.#resetSecond = second
      this.#resets = 0
    }
    if (this.#resets++ >= MAX_RESETS_PER_SECOND) return
    const seqNr = this.#options.random.below(65536)
    this.#sendBare(PacketType.reset, packet.connectionId, seqNr, packet.seqNr, host, port, packet)
  }

  /** Returns a free ID for packets to us; the one after it is free, too. */
  #freeId(): number {
    for (;;) {
      const id = this.#options.random.below(65536)
      const taken = [id, (id + 1) & 0xffff].some(
        each => this.#connections.hasId(each) || this.#dials.has(each),
      )
      if (!taken) return id
    }
  }
}

/** The spelling in which a socket reports the address. */
function hostOf(host: string): string {
  return canonicalIp(host) ?? host
}
