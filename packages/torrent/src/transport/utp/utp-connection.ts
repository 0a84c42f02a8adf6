import { ShoalError } from '../../base/errors.ts'
import { Soon } from '../../base/soon.ts'
import type { Connection, ConnectionHandler, PeerAddress } from '../transport.ts'
import { type OutputCarrier, UtpOutput } from './utp-output.ts'
import { microsOf, PacketType, seqDistance, type UtpPacket } from './utp-packet.ts'
import { UtpReceiver } from './utp-receiver.ts'
import { type SenderCarrier, UtpSender } from './utp-sender.ts'
import { UtpTimes } from './utp-times.ts'

/** The peer is considered dead after this many consecutive timeouts without a packet from it. */
const MAX_TIMEOUTS = 6

/** The parts of a socket that its connections use. */
export interface PacketCarrier extends SenderCarrier, OutputCarrier {
  /** Calls `onTimer` at that time or earlier. */
  wake(connection: UtpConnection, atMs: number): void
  /** Calls `deliver` when the packets that arrived together have been processed. */
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

/** A connection over uTP (BEP 29), once both sides have answered. */
export class UtpConnection implements Connection {
  readonly kind = 'utp'
  readonly isSecure = false
  readonly remote: PeerAddress
  readonly incoming: boolean
  readonly receiveId: number
  readonly sendId: number
  readonly #carrier: PacketCarrier
  readonly #sender: UtpSender
  readonly #receiver: UtpReceiver
  readonly #output: UtpOutput
  readonly #times: UtpTimes
  readonly #flush = new Soon(() => {
    if (!this.#isForgotten) this.#proceed()
  })
  /**
   * Whether the handler was notified of the end. Packets may still follow, until the peer knows as
   * well.
   */
  hasEnded = false
  #isForgotten = false
  #error: Error | undefined

  constructor(carrier: PacketCarrier, options: UtpConnectionOptions) {
    this.#carrier = carrier
    this.remote = options.remote
    this.incoming = options.incoming
    this.receiveId = options.receiveId
    this.sendId = options.sendId
    this.#times = new UtpTimes(carrier.nowMs())
    this.#receiver = new UtpReceiver(options.ackNr, carrier.memory)
    this.#output = new UtpOutput(carrier, options, this.#receiver, this.#times)
    this.#sender = new UtpSender(this.#output, carrier, options.seqNr, options.windowBytes)
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
    queueMicrotask(this.deliver)
  }

  write(bytes: Uint8Array, onSent?: () => void): void {
    if (this.hasEnded || this.#sender.isEnding) return onSent?.()
    this.#sender.outbox.push(bytes, onSent)
    this.#flush.ask()
  }

  pause(): void {
    this.#receiver.isPaused = true
  }

  resume(): void {
    if (!this.#receiver.isPaused || this.hasEnded) return
    this.#receiver.isPaused = false
    queueMicrotask(this.deliver)
  }

  close(graceful = false): void {
    if (this.hasEnded) return
    if (!graceful) return this.#end(undefined)
    this.#linger()
    this.#flush.ask()
  }

  // From the socket

  /** Processes a packet that is not a SYN or RESET. */
  receive(packet: UtpPacket, bytes: Uint8Array): void {
    const nowMs = this.#carrier.nowMs()
    if (!this.#sender.onAck(packet, bytes, nowMs)) return
    this.#times.receivedMs = nowMs
    this.#sender.roundTrip.onHeard()
    this.#output.replyMicros = (microsOf(nowMs) - packet.timestampMicros) >>> 0
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

  /**
   * Passes on received data, and acknowledges it. The socket calls this after the packets that
   * arrived together.
   */
  readonly deliver = () => {
    if (this.#isForgotten) return
    const isEmpty = this.#receiver.deliver()
    if (isEmpty && this.#receiver.arrived.hasEnded) this.#end(undefined)
    this.#proceed()
  }

  onTimer(): void {
    const nowMs = this.#carrier.nowMs()
    if (this.#times.hasLingered(nowMs)) {
      this.#end(undefined)
      return this.#forget()
    }
    if (this.#sender.roundTrip.unanswered >= MAX_TIMEOUTS || this.#times.isPeerGone(nowMs)) {
      this.#end(new ShoalError('timeout', `${this.remote.host} does not answer any more`))
      return this.#forget()
    }
    if (!this.#sender.onTimer(nowMs) && this.#times.isKeepAliveDue(nowMs)) this.acknowledge()
    this.#proceed()
  }

  /** Sends an ACK. */
  acknowledge(): void {
    this.#output.acknowledge(this.#sender.sent.nextSeq)
  }

  /** Ends at once, without waiting for the peer. */
  abandon(error?: Error): void {
    this.#end(error)
    this.#forget()
  }

  // Inside

  /**
   * Sends all packets that are allowed, ACKs last because data carries them, and determines the
   * time of the next call.
   */
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
    this.#times.linger(this.#carrier.nowMs())
  }

  /** Notifies the handler that the connection ended. A FIN notifies the peer. */
  #end(error: Error | undefined): void {
    if (this.hasEnded) return
    this.hasEnded = true
    this.#error = error
    this.#linger()
    this.#sender.outbox.clear()
    const { handler } = this.#receiver
    this.#receiver.stop()
    queueMicrotask(() => handler?.onClose(error))
    this.#flush.ask()
  }

  #forget(): void {
    if (this.#isForgotten) return
    this.#isForgotten = true
    this.#sender.clear()
    this.#carrier.forget(this)
  }

  #schedule(): void {
    const atMs = this.#sender.hasMore ? 0 : Math.min(this.#sender.deadlineMs, this.#receiver.ackAtMs)
    this.#carrier.wake(this, Math.min(atMs, this.#times.nextMs))
  }
}
