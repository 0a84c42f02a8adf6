import type { IpFamily } from '../datagram.ts'
import { ArrivalQuestion } from './arrival-question.ts'
import { Congestion } from './congestion.ts'
import { Outbox } from './outbox.ts'
import type { PacketMemory } from './packet-memory.ts'
import { PathMtu } from './path-mtu.ts'
import { RoundTrip } from './round-trip.ts'
import { SendWindow } from './send-window.ts'
import {
  HEADER_BYTES,
  PacketType,
  padPacket,
  seqDistance,
  type UtpPacket,
  writeHeader,
} from './utp-packet.ts'

/**
 * Maximum number of packets sent in one turn of the event loop. More would delay other work, and
 * overflow the buffers of the receiver.
 */
const MAX_BURST = 64
/**
 * Number of packets that every connection may have in flight, so that others cannot take all
 * memory.
 */
const LEAST_PACKETS = 32
/** BEP 29, "packet loss". */
const DUPLICATE_ACKS = 3

/** Where packets leave. */
export interface PacketOutput {
  readonly sendId: number
  /** Sends a packet after it has filled in the fields that change: timestamps, window, ACK. */
  transmit(packet: Uint8Array, nowMs: number): void
}

/** The parts of a socket that a sender uses. */
export interface SenderCarrier {
  readonly family: IpFamily
  readonly memory: PacketMemory
}

/**
 * One direction of a connection, at the sending end: its queue, the packets in flight, and when
 * they are sent again.
 */
export class UtpSender {
  readonly outbox = new Outbox()
  readonly roundTrip = new RoundTrip()
  readonly congestion: Congestion
  readonly sent: SendWindow
  /** Number of bytes for which the peer has room. */
  peerWindowBytes: number
  /** Time of the next timeout; infinite while nothing is in flight. */
  timeoutAtMs = Number.POSITIVE_INFINITY
  /** Time to probe whether the peer has room again; infinite while it has. */
  probeAtMs = Number.POSITIVE_INFINITY
  /** Whether there is more to send in the next turn. */
  hasMore = false
  /** Whether a FIN follows the last byte. */
  isEnding = false
  #finSeq = -1
  readonly #output: PacketOutput
  readonly #memory: PacketMemory
  readonly #mtu: PathMtu
  #duplicateAcks = 0
  /** While packets that were sent before the last loss are missing, the window is not cut again. */
  #recoverSeq = -1
  readonly #question = new ArrivalQuestion()
  /** The first loss is repaired at once, even if the window has no room. */
  #isUrgent = false

  constructor(output: PacketOutput, carrier: SenderCarrier, firstSeq: number, peerWindowBytes: number) {
    this.#output = output
    this.#memory = carrier.memory
    this.sent = new SendWindow(firstSeq, carrier.memory)
    this.peerWindowBytes = peerWindowBytes
    this.#mtu = new PathMtu(carrier.family)
    this.congestion = new Congestion(this.roundTrip, this.#packetBytes)
  }

  /** Whether the peer has acknowledged our FIN. */
  get isFinished(): boolean {
    return this.#finSeq >= 0 && this.sent.packets === 0
  }

  /** Latest time at which `onTimer` has to be called. */
  get deadlineMs(): number {
    return Math.min(this.timeoutAtMs, this.probeAtMs)
  }

  /** Sends what the windows allow: lost packets first. */
  flush(nowMs: number): void {
    this.hasMore = false
    if (this.#question.isOpen) return
    let budget = MAX_BURST
    while (this.sent.lostPackets > 0 && this.#mayResend() && budget-- > 0) {
      this.#isUrgent = false
      this.#transmit(this.sent.takeLost(nowMs), nowMs)
    }
    this.congestion.isLimiting ||= this.sent.lostPackets > 0
    if (this.sent.lostPackets === 0) budget = this.#sendNew(budget, nowMs)
    this.hasMore = budget <= 0
    if (this.isEnding && this.#finSeq < 0 && this.outbox.length === 0) this.#sendFin(nowMs)
    const isBlocked = this.outbox.length > 0 && this.sent.packets === 0
    if (!isBlocked) this.probeAtMs = Number.POSITIVE_INFINITY
    else if (this.probeAtMs === Number.POSITIVE_INFINITY) this.probeAtMs = nowMs + this.roundTrip.timeoutMs
  }

  /**
   * Processes the ACK and the delay that a packet carries. Returns false without any change if it
   * acknowledges packets that were never sent.
   */
  onAck(packet: UtpPacket, bytes: Uint8Array, nowMs: number): boolean {
    const { sent, congestion, roundTrip } = this
    const isDuplicate = packet.type === PacketType.state && ((packet.ackNr + 1) & 0xffff) === sent.firstSeq
    const result = sent.acknowledge(packet.ackNr, bytes, packet.sackStart, packet.sackBytes, nowMs)
    if (!result) return false
    if (result.rttMs >= 0) {
      roundTrip.add(result.rttMs, nowMs)
      sent.leastRttMs = roundTrip.leastMs
    }
    if (this.#question.isOpen) this.#onAnswer(packet, result.packets, nowMs)
    else this.#question.onHeard(packet, nowMs)
    if (packet.differenceMicros !== 0) congestion.onDelay(packet.differenceMicros, nowMs)
    if (result.packets > 0) this.#onProgress(result.bytes, nowMs)
    else if (isDuplicate && packet.sackBytes === 0 && ++this.#duplicateAcks === DUPLICATE_ACKS)
      sent.loseOldest()
    this.#checkProbe(nowMs)
    if (result.lostSeq >= 0) this.#onLoss()
    return true
  }

  /**
   * Retransmits packets that were not acknowledged in time, or probes whether the peer has room.
   * Returns false if it is not time yet.
   */
  onTimer(nowMs: number): boolean {
    if (nowMs >= this.timeoutAtMs) this.#onTimeout(nowMs)
    else if (nowMs >= this.probeAtMs) this.#probeWindow(nowMs)
    else return false
    return true
  }

  /** Drops everything. */
  clear(): void {
    this.outbox.clear()
    this.sent.clear()
    this.timeoutAtMs = Number.POSITIVE_INFINITY
    this.probeAtMs = Number.POSITIVE_INFINITY
    this.hasMore = false
  }

  get #packetBytes(): number {
    return this.#mtu.bytes - HEADER_BYTES
  }

  #mayResend(): boolean {
    const { inFlightBytes } = this.sent
    return (
      this.#isUrgent ||
      inFlightBytes === 0 ||
      inFlightBytes + this.#packetBytes <= this.congestion.windowBytes
    )
  }

  /** Sends new packets until `budget` is used up, and returns the rest of it. */
  #sendNew(budget: number, nowMs: number): number {
    const { sent, outbox, congestion } = this
    let left = budget
    congestion.isLimiting = false
    while (outbox.length > 0 && !sent.isFull) {
      if (!this.#memory.hasRoom && sent.packets >= LEAST_PACKETS) break
      const bytes = Math.min(outbox.length, this.#packetBytes)
      const { inFlightBytes } = sent
      if (inFlightBytes + bytes > this.peerWindowBytes) break
      congestion.isLimiting = inFlightBytes > 0 && inFlightBytes + bytes > congestion.windowBytes
      if (congestion.isLimiting || left <= 0) break
      left--
      this.#sendData(bytes, nowMs)
    }
    return outbox.length > 0 ? left : Math.max(1, left)
  }

  #sendData(bytes: number, nowMs: number): void {
    const packet = this.#memory.take(HEADER_BYTES + bytes)
    this.#prepare(packet, PacketType.data)
    this.outbox.take(packet, HEADER_BYTES, bytes)
    const probeBytes = bytes === this.#packetBytes ? this.#mtu.probeBytes(nowMs) : 0
    if (probeBytes === 0) return this.#sendFirst(packet, packet, nowMs)
    this.sent.expectProbe()
    this.#mtu.onProbeSent()
    const probe = new Uint8Array(probeBytes)
    padPacket(packet, probe)
    this.#sendFirst(packet, probe, nowMs)
  }

  #sendFin(nowMs: number): void {
    const packet = this.#memory.take(HEADER_BYTES)
    this.#finSeq = this.sent.nextSeq
    this.#prepare(packet, PacketType.fin)
    this.#sendFirst(packet, packet, nowMs)
  }

  /** Sends a packet for the first time. `kept` is sent again if it is lost. */
  #sendFirst(kept: Uint8Array, packet: Uint8Array, nowMs: number): void {
    this.sent.push(kept, nowMs)
    this.#transmit(packet, nowMs)
  }

  #transmit(packet: Uint8Array, nowMs: number): void {
    if (this.timeoutAtMs === Number.POSITIVE_INFINITY) this.timeoutAtMs = nowMs + this.roundTrip.timeoutMs
    this.#output.transmit(packet, nowMs)
  }

  #prepare(packet: Uint8Array, type: PacketType, seqNr = this.sent.nextSeq): void {
    writeHeader(packet, {
      type,
      connectionId: this.#output.sendId,
      timestampMicros: 0,
      differenceMicros: 0,
      windowBytes: 0,
      seqNr,
      ackNr: 0,
    })
  }

  #onProgress(bytes: number, nowMs: number): void {
    this.#duplicateAcks = 0
    this.#question.isUseless = false
    this.roundTrip.onProgress()
    this.congestion.onAck(bytes, nowMs)
    this.timeoutAtMs = this.sent.packets > 0 ? nowMs + this.roundTrip.timeoutMs : Number.POSITIVE_INFINITY
    if (this.#recoverSeq >= 0 && seqDistance(this.sent.firstSeq, this.#recoverSeq) > 0) this.#recoverSeq = -1
  }

  #onLoss(): void {
    if (this.#recoverSeq >= 0) return
    this.#recoverSeq = (this.sent.nextSeq - 1) & 0xffff
    this.#isUrgent = true
    this.congestion.onLoss(this.sent.lostPackets * this.#packetBytes)
  }

  #checkProbe(nowMs: number): void {
    const { probe } = this.sent
    if (probe === 'none' || probe === 'sent') return
    this.sent.probe = 'none'
    if (probe === 'arrived') this.#mtu.onProbeArrived(nowMs)
    else this.#mtu.onProbeLost(nowMs)
    this.congestion.packetBytes = this.#packetBytes
  }

  #onTimeout(nowMs: number): void {
    this.roundTrip.onTimeout()
    this.sent.loseAll()
    this.#checkProbe(nowMs)
    this.#mtu.onTimeout(this.roundTrip.timeouts, nowMs)
    this.congestion.packetBytes = this.#packetBytes
    this.congestion.onTimeout()
    this.#recoverSeq = -1
    this.#duplicateAcks = 0
    this.timeoutAtMs = nowMs + this.roundTrip.timeoutMs
    if (this.sent.oldestBytes > this.#mtu.bytes && !this.#question.isUseless) this.#ask(nowMs)
    this.flush(nowMs)
  }

  /**
   * Probes which packets have reached the peer by sending one that it already has, now with a
   * single byte: it answers with an ACK. Packets that the path has started to drop can be split
   * into shorter ones only if none of them has arrived, because their numbers are then given to
   * other bytes.
   */
  #ask(nowMs: number): void {
    this.#question.ask(nowMs)
    const packet = new Uint8Array(HEADER_BYTES + 1)
    this.#prepare(packet, PacketType.data, (this.sent.firstSeq - 1) & 0xffff)
    this.#transmit(packet, nowMs)
  }

  /**
   * The long packets were sent more than a timeout before the probe: those that have not arrived
   * by the answer never will.
   */
  #onAnswer(packet: UtpPacket, arrivedPackets: number, nowMs: number): void {
    const question = this.#question
    const hasNothing = ((packet.ackNr + 1) & 0xffff) === this.sent.firstSeq
    if (arrivedPackets === 0 && !(hasNothing && question.isAnswer(packet))) return
    question.close()
    if (arrivedPackets > 0) return
    question.isUseless = packet.sackBytes > 0 || !this.sent.split(this.#packetBytes)
    if (question.isUseless) return
    this.roundTrip.onProgress()
    this.timeoutAtMs = nowMs + this.roundTrip.timeoutMs
  }

  /**
   * The peer reported that it has no room. If its next report was lost, both would wait forever.
   */
  #probeWindow(nowMs: number): void {
    this.probeAtMs = Number.POSITIVE_INFINITY
    if (this.outbox.length > 0 && this.sent.packets === 0)
      this.#sendData(Math.min(this.outbox.length, this.#packetBytes), nowMs)
  }
}
