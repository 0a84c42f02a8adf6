import { writeU16, writeU32 } from '../../base/bytes.ts'
import {
  announceSack,
  HEADER_BYTES,
  MAX_SACK_BYTES,
  microsOf,
  PacketType,
  writeHeader,
} from './utp-packet.ts'
import type { UtpReceiver } from './utp-receiver.ts'
import type { PacketOutput } from './utp-sender.ts'
import type { UtpTimes } from './utp-times.ts'

/** The parts of a socket by which packets leave. */
export interface OutputCarrier {
  nowMs(): number
  send(packet: Uint8Array, host: string, port: number): void
}

export interface UtpOutputOptions {
  readonly remote: { readonly host: string; readonly port: number }
  readonly sendId: number
}

/** ACKs are written here: a packet without data is never sent twice. */
const ackBuffer = new Uint8Array(HEADER_BYTES + 2 + MAX_SACK_BYTES)
const plainAck = ackBuffer.subarray(0, HEADER_BYTES)

/** Sends the packets of a connection. Each has an ACK and timestamps. */
export class UtpOutput implements PacketOutput {
  readonly sendId: number
  /** BEP 29 `reply_micro`. */
  replyMicros = 0
  readonly #host: string
  readonly #port: number
  readonly #carrier: OutputCarrier
  readonly #receiver: UtpReceiver
  readonly #times: UtpTimes

  constructor(carrier: OutputCarrier, options: UtpOutputOptions, receiver: UtpReceiver, times: UtpTimes) {
    this.sendId = options.sendId
    this.#host = options.remote.host
    this.#port = options.remote.port
    this.#carrier = carrier
    this.#receiver = receiver
    this.#times = times
  }

  transmit(packet: Uint8Array, nowMs: number): void {
    writeU32(packet, 4, microsOf(this.#carrier.nowMs()))
    writeU32(packet, 8, this.replyMicros)
    writeU32(packet, 12, this.#receiver.advertise())
    writeU16(packet, 18, this.#receiver.arrived.ackNr)
    this.#times.sentMs = nowMs
    // Gaps are only described in a packet of their own.
    if (this.#receiver.arrived.aheadPackets === 0) this.#receiver.onAckSent()
    this.#carrier.send(packet, this.#host, this.#port)
  }

  /** Sends an ACK. `nextSeq`: the number of the next packet with data. */
  acknowledge(nextSeq: number): void {
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
      seqNr: nextSeq,
      ackNr: 0,
    })
    if (sackBytes > 0) announceSack(packet, sackBytes)
    this.transmit(packet, nowMs)
    this.#receiver.onAckSent()
  }
}
