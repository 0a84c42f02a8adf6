import type { PacketMemory } from './packet-memory.ts'
import { HEADER_BYTES, MAX_SACK_BYTES, seqDistance } from './utp-packet.ts'

/**
 * How far packets may be ahead of the first one that is missing: as many as a selective ACK can
 * describe.
 */
export const MAX_AHEAD = 8 * MAX_SACK_BYTES
/** Memory overhead of a packet, so that tiny packets are not free. */
const PACKET_OVERHEAD_BYTES = 128
const FIRST_CAPACITY = 32

/**
 * Puts packets in order. Packets that have arrived in order wait in a queue until they are taken.
 */
export class ReceiveWindow {
  /** The last sequence number that arrived in order. */
  ackNr: number
  /** Memory of the packets that are held. */
  #heldBytes = 0
  readonly #memory: PacketMemory
  /** Packets that arrived ahead of a missing one. */
  aheadPackets = 0
  /** Number of the FIN packet, once it is known; -1 before. */
  endSeq = -1
  #mask = FIRST_CAPACITY - 1
  #ahead: (Uint8Array | null)[] = new Array(FIRST_CAPACITY).fill(null)
  /** Distance from `ackNr` to the last packet that is ahead. */
  #reach = 0
  #queue: Uint8Array[] = []

  constructor(ackNr: number, memory: PacketMemory) {
    this.ackNr = ackNr
    this.#memory = memory
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Whether everything up to the FIN has arrived. */
  get hasEnded(): boolean {
    return this.endSeq === this.ackNr
  }

  get hasQueued(): boolean {
    return this.#queue.length > 0
  }

  /** Whether a packet is new and near enough to be kept. */
  wants(seqNr: number): boolean {
    const distance = seqDistance(seqNr, this.ackNr)
    if (distance <= 0 || distance > MAX_AHEAD) return false
    // BEP 29: no sequence number is greater than that of the FIN.
    if (this.endSeq >= 0 && seqDistance(seqNr, this.endSeq) > 0) return false
    return distance === 1 || distance - 1 > this.#mask || this.#ahead[seqNr & this.#mask] === null
  }

  /** Keeps the payload of a packet that it wants. A FIN has an empty one. */
  add(seqNr: number, payload: Uint8Array): void {
    this.#hold(payload.length + PACKET_OVERHEAD_BYTES)
    const distance = seqDistance(seqNr, this.ackNr)
    if (distance > 1) return this.#keep(seqNr, distance, payload)
    this.#accept(payload)
    if (this.aheadPackets > 0) this.#closeGap()
  }

  /** Takes the queue: payloads in order. */
  takeQueue(): Uint8Array[] {
    const queue = this.#queue
    this.#queue = []
    for (const payload of queue) this.#hold(-payload.length - PACKET_OVERHEAD_BYTES)
    return queue
  }

  /** Returns unused payloads to the queue. */
  returnQueue(payloads: Uint8Array[]): void {
    for (const payload of payloads) this.#hold(payload.length + PACKET_OVERHEAD_BYTES)
    this.#queue = [...payloads, ...this.#queue]
  }

  /** Drops all held packets. */
  clear(): void {
    this.#ahead.fill(null)
    this.#queue = []
    this.aheadPackets = 0
    this.#reach = 0
    this.#hold(-this.#heldBytes)
  }

  /**
   * Writes the selective ACK of the packets that are ahead after HEADER_BYTES + 2 bytes of a
   * packet. Returns its length; 0 if none are.
   */
  writeSack(packet: Uint8Array): number {
    if (this.aheadPackets === 0) return 0
    // The first bit is for `ackNr` + 2.
    const length = Math.min(MAX_SACK_BYTES, 4 * Math.ceil((this.#reach - 1) / 32))
    const start = HEADER_BYTES + 2
    packet.fill(0, start, start + length)
    const bits = Math.min(8 * length, this.#reach - 1)
    for (let i = 0; i < bits; i++)
      if (this.#ahead[(this.ackNr + 2 + i) & this.#mask] !== null) packet[start + (i >> 3)]! |= 1 << (i & 7)
    return length
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes
    this.#memory.receiveRoomBytes -= bytes
  }

  #keep(seqNr: number, distance: number, payload: Uint8Array): void {
    while (distance > this.#mask) this.#grow()
    this.#ahead[seqNr & this.#mask] = payload
    this.aheadPackets++
    if (distance > this.#reach) this.#reach = distance
  }

  #accept(payload: Uint8Array): void {
    this.ackNr = (this.ackNr + 1) & 0xffff
    if (this.#reach > 0) this.#reach--
    if (payload.length > 0) this.#queue.push(payload)
    else this.#hold(-PACKET_OVERHEAD_BYTES)
  }

  #closeGap(): void {
    for (;;) {
      const slot = (this.ackNr + 1) & this.#mask
      const payload = this.#ahead[slot]
      if (!payload) return
      this.#ahead[slot] = null
      this.aheadPackets--
      this.#accept(payload)
    }
  }

  #grow(): void {
    const old = this.#ahead
    const oldMask = this.#mask
    this.#mask = 2 * (oldMask + 1) - 1
    this.#ahead = new Array(this.#mask + 1).fill(null)
    for (let i = 2; i <= this.#reach; i++) {
      const seq = this.ackNr + i
      this.#ahead[seq & this.#mask] = old[seq & oldMask]!
    }
  }
}
