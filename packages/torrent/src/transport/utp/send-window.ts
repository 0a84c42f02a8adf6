import { concat, writeU16 } from '../../base/bytes.ts'
import type { PacketMemory } from './packet-memory.ts'
import { HEADER_BYTES, SEQ_AT, seqDistance } from './utp-packet.ts'

/** Maximum number of packets in flight, a power of two. */
const MAX_PACKETS = 4096
/** An ACK that is older than this many packets was not overtaken, but forged. */
const MAX_AGE = 1024
const FIRST_CAPACITY = 32
/** BEP 29, "packet loss": a packet is lost if this many that were sent after it have arrived. */
const LOSS_THRESHOLD = 3

const FREE = 0
const IN_FLIGHT = 1
const LOST = 2
const ACKNOWLEDGED = 3

/** The content of an ACK. */
export interface AckResult {
  /** Payload bytes that it acknowledged for the first time, and the number of packets. */
  bytes: number
  packets: number
  /**
   * Round-trip time of the latest packet that it acknowledged and that was sent only once; -1
   * without one.
   */
  rttMs: number
  /** The last sequence number of the packets found to be lost; -1 without any. */
  lostSeq: number
}

/** The packets that were sent and not acknowledged, by sequence number. */
export class SendWindow {
  /** The oldest packet that was not acknowledged, and the number of the next new one. */
  firstSeq: number
  nextSeq: number
  /** Payload bytes that are on their way: neither acknowledged nor lost. */
  inFlightBytes = 0
  /** Packets to send again. */
  lostPackets = 0
  readonly result: AckResult = { bytes: 0, packets: 0, rttMs: -1, lostSeq: -1 }
  readonly #memory: PacketMemory
  #mask = FIRST_CAPACITY - 1
  #packets: (Uint8Array | null)[] = new Array(FIRST_CAPACITY).fill(null)
  #states = new Uint8Array(FIRST_CAPACITY)
  #sends = new Uint8Array(FIRST_CAPACITY)
  #sentMs = new Float64Array(FIRST_CAPACITY)
  /** The order of transmissions, over which a packet that is sent again moves to the end. */
  #orders = new Float64Array(FIRST_CAPACITY)
  #lastOrder = 0
  #arrivedOrder = 0
  /** No lost packet is before this one. */
  #lostFrom = 0
  /**
   * Whether the last probe of the path arrived. A probe is larger than any datagram known to
   * arrive; its loss does not indicate congestion.
   */
  probe: 'none' | 'sent' | 'arrived' | 'lost' = 'none'
  #probeSeq = -1
  /** The shortest round trip that was measured. */
  leastRttMs = 0

  constructor(firstSeq: number, memory: PacketMemory) {
    this.firstSeq = firstSeq
    this.nextSeq = firstSeq
    this.#memory = memory
  }

  /** Packets from the oldest that was not acknowledged to the latest. */
  get packets(): number {
    return seqDistance(this.nextSeq, this.firstSeq)
  }

  get isFull(): boolean {
    return this.packets >= MAX_PACKETS
  }

  /** Adds a packet, with a header, that leaves now. It has the number `nextSeq`. */
  push(packet: Uint8Array, nowMs: number): void {
    if (this.packets > this.#mask) this.#grow()
    const slot = this.nextSeq & this.#mask
    this.#packets[slot] = packet
    this.#sends[slot] = 0
    this.#setSent(slot, nowMs)
    this.nextSeq = (this.nextSeq + 1) & 0xffff
  }

  /** The packet that `push` will add next is a probe. */
  expectProbe(): void {
    this.#probeSeq = this.nextSeq
    this.probe = 'sent'
  }

  /** Returns the first lost packet, to be sent again now. There must be one. */
  takeLost(nowMs: number): Uint8Array {
    let seq = seqDistance(this.#lostFrom, this.firstSeq) > 0 ? this.#lostFrom : this.firstSeq
    while (this.#states[seq & this.#mask] !== LOST) seq++
    const slot = seq & this.#mask
    this.#lostFrom = (seq + 1) & 0xffff
    this.lostPackets--
    this.#setSent(slot, nowMs)
    return this.#packets[slot]!
  }

  /** The time at which the oldest packet was last sent. There must be one. */
  get oldestSentMs(): number {
    return this.#sentMs[this.firstSeq & this.#mask]!
  }

  /**
   * Reads an ACK with its selective part. Returns null if it acknowledges packets that were never
   * sent, or is far too old: it is forged or of another connection. The result is valid until the
   * next call.
   */
  acknowledge(
    ackNr: number,
    bits: Uint8Array,
    sackStart: number,
    sackBytes: number,
    nowMs: number,
  ): AckResult | null {
    const count = seqDistance(ackNr, this.firstSeq) + 1
    if (count > this.packets || count < -MAX_AGE) return null
    const result = this.result
    result.bytes = 0
    result.packets = 0
    result.rttMs = -1
    result.lostSeq = -1
    for (let i = 0; i < count; i++) this.#arrive(this.firstSeq + i, nowMs)
    if (count > 0) this.firstSeq = (ackNr + 1) & 0xffff
    // An old ACK does not show which packets are missing now.
    if (count < 0 || sackBytes === 0) return result
    this.#readSack(bits, sackStart, sackBytes, nowMs)
    this.#findLost()
    return result
  }

  /** Treats the oldest packet as lost if it is in flight. */
  loseOldest(): boolean {
    return this.packets > 0 && this.#lose(this.firstSeq)
  }

  /** Treats all packets in flight as lost. */
  loseAll(): void {
    for (let i = 0; i < this.packets; i++) this.#lose(this.firstSeq + i)
  }

  /** Bytes of the oldest packet with its header; 0 without one. */
  get oldestBytes(): number {
    return this.#packets[this.firstSeq & this.#mask]?.length ?? 0
  }

  /**
   * Splits all data again, into packets of up to `payloadBytes`, which count as lost. Only valid
   * if the peer has received none of it, since other bytes then have the same numbers. Returns
   * false without any change if it is known to have some, or if there would be too many packets.
   */
  split(payloadBytes: number): boolean {
    const old = Array.from({ length: this.packets }, (_, i) => (this.firstSeq + i) & this.#mask)
    if (old.some(slot => this.#states[slot] === ACKNOWLEDGED)) return false
    const before = old.map(slot => this.#packets[slot]!)
    // Only a FIN has no payload.
    const fin = before.at(-1)!.length === HEADER_BYTES ? before.pop()! : null
    const payload = concat(before.map(packet => packet.subarray(HEADER_BYTES)))
    if (before.length === 0 || Math.ceil(payload.length / payloadBytes) >= MAX_PACKETS) return false
    const header = before[0]!.slice(0, HEADER_BYTES)
    for (const slot of old) {
      this.#packets[slot] = null
      this.#states[slot] = FREE
    }
    for (const packet of before) this.#memory.giveBack(packet)
    this.nextSeq = this.firstSeq
    this.inFlightBytes = 0
    this.lostPackets = 0
    this.#lostFrom = this.firstSeq
    for (let at = 0; at < payload.length; at += payloadBytes) {
      const part = payload.subarray(at, at + payloadBytes)
      const packet = this.#memory.take(HEADER_BYTES + part.length)
      packet.set(header)
      packet.set(part, HEADER_BYTES)
      this.#addLost(packet)
    }
    if (fin) this.#addLost(fin)
    return true
  }

  /** Adds a packet, with a header, that is sent later. */
  #addLost(packet: Uint8Array): void {
    if (this.packets > this.#mask) this.#grow()
    const slot = this.nextSeq & this.#mask
    writeU16(packet, SEQ_AT, this.nextSeq)
    this.#packets[slot] = packet
    this.#states[slot] = LOST
    this.#sends[slot] = 0
    this.lostPackets++
    this.nextSeq = (this.nextSeq + 1) & 0xffff
  }

  /** Releases all packets. */
  clear(): void {
    for (let slot = 0; slot <= this.#mask; slot++) this.#free(slot)
    this.firstSeq = this.nextSeq
    this.inFlightBytes = 0
    this.lostPackets = 0
  }

  /**
   * BEP 29: the least significant bit of the first byte is for `ackNr` + 2, which is the packet
   * after the oldest.
   */
  #readSack(bits: Uint8Array, start: number, length: number, nowMs: number): void {
    const most = this.packets - 1
    for (let i = 0; i < length; i++) {
      const byte = bits[start + i]!
      if (byte === 0) continue
      for (let bit = 0; bit < 8; bit++) {
        const offset = 8 * i + bit
        // BEP 29: bits outside of the send window are ignored.
        if (offset >= most) return
        if (byte & (1 << bit)) this.#arrive(this.firstSeq + 1 + offset, nowMs)
      }
    }
  }

  #arrive(seq: number, nowMs: number): void {
    const slot = seq & this.#mask
    const state = this.#states[slot]
    if (state !== IN_FLIGHT && state !== LOST) return
    const bytes = this.#packets[slot]!.length - HEADER_BYTES
    const result = this.result
    result.bytes += bytes
    result.packets++
    if (state === IN_FLIGHT) this.inFlightBytes -= bytes
    else this.lostPackets--
    const agoMs = nowMs - this.#sentMs[slot]!
    const sentOnce = this.#sends[slot] === 1
    if (this.probe === 'sent' && (seq & 0xffff) === this.#probeSeq) this.probe = 'arrived'
    if (sentOnce) result.rttMs = Math.max(0, agoMs)
    // If it was sent again just now, an earlier copy arrived.
    if ((sentOnce || agoMs >= this.leastRttMs) && this.#orders[slot]! > this.#arrivedOrder)
      this.#arrivedOrder = this.#orders[slot]!
    this.#free(slot)
    this.#states[slot] = ACKNOWLEDGED
  }

  #findLost(): void {
    const latest = this.#arrivedOrder - LOSS_THRESHOLD
    for (let i = 0; i < this.packets; i++) {
      const slot = (this.firstSeq + i) & this.#mask
      if (this.#states[slot] !== IN_FLIGHT) continue
      if (this.#orders[slot]! <= latest) this.#lose(this.firstSeq + i)
      else if (this.#sends[slot] === 1) return
    }
  }

  #lose(seq: number): boolean {
    const slot = seq & this.#mask
    if (this.#states[slot] !== IN_FLIGHT) return false
    this.#states[slot] = LOST
    if (this.lostPackets === 0 || seqDistance(seq, this.#lostFrom) < 0) this.#lostFrom = seq & 0xffff
    this.inFlightBytes -= this.#packets[slot]!.length - HEADER_BYTES
    this.lostPackets++
    if (this.probe === 'sent' && (seq & 0xffff) === this.#probeSeq) this.probe = 'lost'
    else this.result.lostSeq = seq & 0xffff
    return true
  }

  #setSent(slot: number, nowMs: number): void {
    this.#states[slot] = IN_FLIGHT
    if (this.#sends[slot]! < 255) this.#sends[slot]!++
    this.#sentMs[slot] = nowMs
    this.#orders[slot] = ++this.#lastOrder
    this.inFlightBytes += this.#packets[slot]!.length - HEADER_BYTES
  }

  #free(slot: number): void {
    const packet = this.#packets[slot]
    if (packet) this.#memory.giveBack(packet)
    this.#packets[slot] = null
    this.#states[slot] = FREE
  }

  #grow(): void {
    const old = { packets: this.#packets, states: this.#states, sends: this.#sends, mask: this.#mask }
    const { sentMs, orders } = { sentMs: this.#sentMs, orders: this.#orders }
    const capacity = 2 * (old.mask + 1)
    this.#mask = capacity - 1
    this.#packets = new Array(capacity).fill(null)
    this.#states = new Uint8Array(capacity)
    this.#sends = new Uint8Array(capacity)
    this.#sentMs = new Float64Array(capacity)
    this.#orders = new Float64Array(capacity)
    for (let i = 0; i < this.packets; i++) {
      const from = (this.firstSeq + i) & old.mask
      const to = (this.firstSeq + i) & this.#mask
      this.#packets[to] = old.packets[from]!
      this.#states[to] = old.states[from]!
      this.#sends[to] = old.sends[from]!
      this.#sentMs[to] = sentMs[from]!
      this.#orders[to] = orders[from]!
    }
  }
}
