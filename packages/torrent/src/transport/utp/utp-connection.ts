import { ShoalError } from '../../base/errors.ts'
import type { Connection, ConnectionHandler, PeerAddress } from '../transport.ts'
import {
  announceSack,
  HEADER_BYTES,
  MAX_SACK_BYTES,
  microsOf,
  PacketType,
  seqDistance,
  type UtpPacket,
  writeHeader,
  writeUint16,
  writeUint32,
} from './utp-packet.ts'
import { UtpReceiver } from './utp-receiver.ts'
import { type PacketOutput, type SenderCarrier, UtpSender } from './utp-sender.ts'

/** Routers forget a mapping after 30 seconds without packets. */
const KEEP_ALIVE_MS = 29_000
/** A peer that sends nothing at all is gone: clients send a message at least every two minutes (BEP 3). */
const IDLE_MS = 180_000
/** The peer is gone after so many timeouts in a row without a sign of life. */
const MAX_TIMEOUTS = 6
/** Time limit of a graceful close, and of waiting until the peer has acknowledged our FIN. */
const LINGER_MS = 3000

/** The parts of a socket that its connections use. */
export interface PacketCarrier extends SenderCarrier {
  nowMs(): number
  send(packet: Uint8Array, host: string, port: number): void
  /** Calls `onTimer` at that time or earlier. */
  wake(connection: UtpConnection, atMs: number): void
  /** Calls `onTurnEnd` when the packets that arrived together have been processed. */
  attend(connection: UtpConnection): void
  forget(connection: UtpConnection): void
}

export interface UtpConnectionOptions {
  readonly remote: PeerAddress
  readonly incoming: boolean
  /** The connection ID of packets to us; packets to the peer have `sendId`. */
  readonly receiveId: number
  readonly sendId: number
  /** Number of our first packet. */
  readonly seqNr: number
  /** Number of the last packet of the peer. */
  readonly ackNr: number
  readonly windowBytes: number
}

/** ACKs are written here: a packet without data is never sent twice. */
const ackBuffer = new Uint8Array(HEADER_BYTES + 2 + MAX_SACK_BYTES)
const plainAck = ackBuffer.subarray(0, HEADER_BYTES)

/** A connection over uTP (BEP 29), once both sides have answered. */
export class UtpConnection implements Connection, PacketOutput {
  readonly kind = 'utp'
  readonly isSecure = false
  readonly remote: PeerAddress
  readonly incoming: boolean
  readonly receiveId: number
  readonly sendId: number
  readonly #carrier: PacketCarrier
  readonly #sender: UtpSender
  readonly #receiver: UtpReceiver
  #willFlush = false
  /** BEP 29 `reply_micro`. */
  #replyMicros = 0
  #lastSentMs: number
  #lastReceivedMs: number
  #lingerAtMs = Number.POSITIVE_INFINITY
  /** The handler knows that the connection ended. Packets may still follow, until the peer knows as well. */
  hasEnded = false
  #isForgotten = false
  #error: Error | undefined

  constructor(carrier: PacketCarrier, options: UtpConnectionOptions) {
    this.#carrier = carrier
    this.remote = options.remote
    this.incoming = options.incoming
    this.receiveId = options.receiveId
    this.sendId = options.sendId
    this.#sender = new UtpSender(this, carrier, options.seqNr, options.windowBytes)
    this.#receiver = new UtpReceiver(options.ackNr, carrier.memory)
    this.#lastSentMs = carrier.nowMs()
    this.#lastReceivedMs = this.#lastSentMs
    this.#schedule()
  }

  get dialableAddress(): PeerAddress {
    return this.incoming ? { host: this.remote.host, port: 0 } : this.remote
  }

  get bufferedBytes(): number {
    return this.#sender.outbox.length
  }

  start(handler: ConnectionHandler): void {
    if (this.hasEnded) return queueMicrotask(() => handler.onClose(this.#error))
    this.#receiver.handler = handler
    queueMicrotask(this.#deliver)
  }

  write(bytes: Uint8Array, onSent?: () => void): void {
    if (this.hasEnded || this.#sender.isEnding) return onSent?.()
    this.#sender.outbox.push(bytes, onSent)
    this.#flushSoon()
  }

  pause(): void {
    this.#receiver.isPaused = true
  }

  resume(): void {
    if (!this.#receiver.isPaused || this.hasEnded) return
    this.#receiver.isPaused = false
    queueMicrotask(this.#deliver)
  }

  close(graceful = false): void {
    if (this.hasEnded) return
    if (!graceful) return this.#end(undefined)
    this.#linger()
    this.#flushSoon()
  }

  // From the socket

  /** Processes a packet that is not a SYN or RESET. */
  receive(packet: UtpPacket, bytes: Uint8Array): void {
    const nowMs = this.#carrier.nowMs()
    if (!this.#sender.onAck(packet, bytes, nowMs)) return
    this.#lastReceivedMs = nowMs
    this.#sender.roundTrip.onHeard()
    this.#replyMicros = (microsOf(nowMs) - packet.timestampMicros) >>> 0
    this.#sender.peerWindowBytes = packet.windowBytes
    if (packet.type !== PacketType.state) {
      const payload =
        packet.type === PacketType.fin ? bytes.subarray(0, 0) : bytes.subarray(packet.payloadStart)
      this.#receiver.accept(packet.type, packet.seqNr, payload, nowMs)
    }
    this.#carrier.attend(this)
  }

  /** Processes a RESET, which must name a packet of ours: others may guess connection IDs. */
  onReset(packet: UtpPacket): void {
    const { firstSeq, nextSeq } = this.#sender.sent
    if (seqDistance(packet.ackNr, firstSeq) < -1 || seqDistance(packet.ackNr, nextSeq) > 0) return
    this.#end(undefined)
    this.#forget()
  }

  /** The packets that arrived together have been processed. */
  onTurnEnd(): void {
    if (this.#isForgotten) return
    this.#deliver()
  }

  onTimer(): void {
    const nowMs = this.#carrier.nowMs()
    if (nowMs >= this.#lingerAtMs) {
      this.#end(undefined)
      return this.#forget()
    }
    const silentMs = nowMs - this.#lastReceivedMs
    if (this.#sender.roundTrip.unanswered >= MAX_TIMEOUTS || silentMs >= IDLE_MS) {
      this.#end(new ShoalError('timeout', `${this.remote.host} does not answer any more`))
      return this.#forget()
    }
    if (!this.#sender.onTimer(nowMs) && nowMs >= this.#lastSentMs + KEEP_ALIVE_MS) this.acknowledge()
    this.#proceed()
  }

  /** Sends a packet that acknowledges what has arrived. */
  acknowledge(): void {
    const nowMs = this.#carrier.nowMs()
    const sackBytes = this.#receiver.arrived.writeSack(ackBuffer)
    const length = sackBytes === 0 ? HEADER_BYTES : HEADER_BYTES + 2 + sackBytes
    const packet = sackBytes === 0 ? plainAck : ackBuffer.subarray(0, length)
    writeHeader(packet, {
      type: PacketType.state,
      connectionId: this.sendId,
      timestampMicros: 0,
      differenceMicros: 0,
      windowBytes: 0,
      // BEP 29: a packet without payload has the number of the next packet with one.
      seqNr: this.#sender.sent.nextSeq,
      ackNr: 0,
    })
    if (sackBytes > 0) announceSack(packet, sackBytes)
    this.transmit(packet, nowMs)
    this.#receiver.onAckSent()
  }

  /** Ends at once, without waiting for the peer. */
  abandon(error?: Error): void {
    this.#end(error)
    this.#forget()
  }

  // PacketOutput

  transmit(packet: Uint8Array, nowMs: number): void {
    writeUint32(packet, 4, microsOf(this.#carrier.nowMs()))
    writeUint32(packet, 8, this.#replyMicros)
    writeUint32(packet, 12, this.#receiver.advertise())
    writeUint16(packet, 18, this.#receiver.arrived.ackNr)
    this.#lastSentMs = nowMs
    // Gaps are only described in a packet of their own.
    if (this.#receiver.arrived.aheadPackets === 0) this.#receiver.onAckSent()
    this.#carrier.send(packet, this.remote.host, this.remote.port)
  }

  // Inside

  #flushSoon(): void {
    if (this.#willFlush) return
    this.#willFlush = true
    queueMicrotask(this.#flush)
  }

  readonly #flush = () => {
    this.#willFlush = false
    if (!this.#isForgotten) this.#proceed()
  }

  readonly #deliver = () => {
    if (this.#isForgotten) return
    const isEmpty = this.#receiver.deliver()
    if (isEmpty && this.#receiver.arrived.hasEnded) this.#end(undefined)
    this.#proceed()
  }

  /** Sends what may be sent, ACKs last because data carries them, and looks when to be called again. */
  #proceed(): void {
    const nowMs = this.#carrier.nowMs()
    const hadBytes = this.bufferedBytes > 0
    this.#sender.flush(nowMs)
    const isAckDue = nowMs >= this.#receiver.ackAtMs
    if (isAckDue || this.#receiver.hasRoomAgain) this.acknowledge()
    if (this.#sender.isFinished && (this.#receiver.arrived.hasEnded || !this.hasEnded)) this.#finish()
    else this.#schedule()
    if (hadBytes && this.bufferedBytes === 0 && !this.hasEnded) this.#receiver.handler?.onDrain()
  }

  /** The peer has received our FIN. */
  #finish(): void {
    this.#end(undefined)
    if (this.#receiver.arrived.hasEnded) this.#forget()
    else this.#schedule()
  }

  #linger(): void {
    this.#sender.isEnding = true
    this.#lingerAtMs = Math.min(this.#lingerAtMs, this.#carrier.nowMs() + LINGER_MS)
  }

  /** Tells the handler that the connection ended. A FIN tells the peer. */
  #end(error: Error | undefined): void {
    if (this.hasEnded) return
    this.hasEnded = true
    this.#error = error
    this.#linger()
    this.#sender.outbox.clear()
    const { handler } = this.#receiver
    this.#receiver.stop()
    queueMicrotask(() => handler?.onClose(error))
    this.#flushSoon()
  }

  #forget(): void {
    if (this.#isForgotten) return
    this.#isForgotten = true
    this.#sender.clear()
    this.#carrier.forget(this)
  }

  #schedule(): void {
    const atMs = this.#sender.hasMore ? 0 : Math.min(this.#sender.deadlineMs, this.#receiver.ackAtMs)
    const idleAtMs = Math.min(this.#lastSentMs + KEEP_ALIVE_MS, this.#lastReceivedMs + IDLE_MS)
    this.#carrier.wake(this, Math.min(atMs, idleAtMs, this.#lingerAtMs))
  }
}
