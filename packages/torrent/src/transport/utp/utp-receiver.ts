import type { ConnectionHandler } from '../transport.ts'
import type { PacketMemory } from './packet-memory.ts'
import { ReceiveWindow } from './receive-window.ts'
import { PacketType } from './utp-packet.ts'

/** Memory for packets that wait for a missing one or for a paused handler. */
export const WINDOW_BYTES = 2 * 1024 * 1024
/** Memory guaranteed to each connection, so that others cannot take all of it. */
const LEAST_BYTES = 64 * 1024
/**
 * The queue is passed on in pieces of up to this size: a call costs more than the copy of a packet.
 */
const DELIVERY_BYTES = 64 * 1024
/** Time that an ACK for a single packet waits for another packet, or for data to travel with. */
const ACK_DELAY_MS = 20
/** Number of packets that are acknowledged at once. */
const ACK_PACKETS = 2

const NOTHING = new Uint8Array(0)
let shared: Uint8Array | undefined

/**
 * One direction of a connection, at the receiving end: the order of packets, their delivery, and
 * when to acknowledge them.
 */
export class UtpReceiver {
  readonly arrived: ReceiveWindow
  readonly #memory: PacketMemory
  handler: ConnectionHandler | undefined
  isPaused = false
  #isStopped = false
  /** Time at which an ACK is due; 0: at the end of this turn; infinite: none is. */
  ackAtMs = Number.POSITIVE_INFINITY
  #unacknowledged = 0
  /** The window last advertised to the peer. */
  #advertisedBytes = WINDOW_BYTES

  constructor(ackNr: number, memory: PacketMemory) {
    this.#memory = memory
    this.arrived = new ReceiveWindow(ackNr, memory)
  }

  /** Accepts a DATA or FIN packet. */
  accept(type: PacketType, seqNr: number, payload: Uint8Array, nowMs: number): void {
    const { arrived } = this
    const wasInOrder = arrived.aheadPackets === 0
    if (payload.length > this.#windowBytes || !arrived.wants(seqNr)) {
      this.ackAtMs = 0
      return
    }
    if (type === PacketType.fin) arrived.endSeq = seqNr
    arrived.add(seqNr, this.#isStopped ? NOTHING : payload)
    this.#unacknowledged++
    // BEP 29: the sender learns of gaps from ACKs, so those must not wait.
    if (!wasInOrder || arrived.aheadPackets > 0 || type === PacketType.fin) this.ackAtMs = 0
    else if (this.#unacknowledged >= ACK_PACKETS) this.ackAtMs = 0
    else this.ackAtMs = Math.min(this.ackAtMs, nowMs + ACK_DELAY_MS)
  }

  /** Passes on data in order, until the handler pauses. Returns false if some remains. */
  deliver(): boolean {
    const { arrived, handler } = this
    if (!handler || this.isPaused) return !arrived.hasQueued
    while (arrived.hasQueued) {
      const queue = arrived.takeQueue()
      let next = 0
      while (next < queue.length && !this.isPaused) next = this.#deliverSome(queue, next)
      if (next < queue.length && !this.#isStopped) arrived.returnQueue(queue.slice(next))
      if (this.isPaused) return !arrived.hasQueued
    }
    return true
  }

  /** Drops held packets, and all that arrive from now on. */
  stop(): void {
    this.#isStopped = true
    this.isPaused = true
    this.arrived.clear()
  }

  /** The window to advertise now. */
  advertise(): number {
    this.#advertisedBytes = this.#windowBytes
    return this.#advertisedBytes
  }

  /** Whether to notify the peer that there is room again. */
  get hasRoomAgain(): boolean {
    if (this.#advertisedBytes >= WINDOW_BYTES / 2) return false
    return this.#windowBytes >= this.#advertisedBytes + WINDOW_BYTES / 4
  }

  /** An ACK was sent. */
  onAckSent(): void {
    this.#unacknowledged = 0
    this.ackAtMs = Number.POSITIVE_INFINITY
  }

  get #windowBytes(): number {
    const { heldBytes } = this.arrived
    const most = Math.max(this.#memory.receiveRoomBytes, LEAST_BYTES - heldBytes)
    return Math.max(0, Math.min(WINDOW_BYTES - heldBytes, most))
  }

  /**
   * Delivers payloads from `first` on in one call. Returns the index of the first that it left out.
   */
  #deliverSome(queue: Uint8Array[], first: number): number {
    let length = 0
    let end = first
    while (end < queue.length && length + queue[end]!.length <= DELIVERY_BYTES) length += queue[end++]!.length
    if (end <= first + 1) {
      this.handler!.onData(queue[first]!)
      return first + 1
    }
    shared ??= new Uint8Array(DELIVERY_BYTES)
    // A handler that calls others may return here: they then use another buffer.
    const buffer = shared
    shared = undefined
    let at = 0
    for (let i = first; i < end; i++) {
      buffer.set(queue[i]!, at)
      at += queue[i]!.length
    }
    this.handler!.onData(buffer.subarray(0, length))
    shared = buffer
    return end
  }
}
