import type { Clock } from '../base/clock.ts'

/** Latency and bandwidth of a host's link. */
export interface HostLink {
  /** Bytes per second that the host can send and receive. Default: no limit. */
  readonly uploadBytesPerSecond?: number
  readonly downloadBytesPerSecond?: number
  /** One-way delay to any host, in milliseconds. Default 0. */
  readonly latencyMs?: number
}

/** Largest burst on a link with a limited rate. Others get their turn after it. */
const SLICE_BYTES = 16 * 1024

/** One direction of a connection, as seen by the wire of its sender. */
export interface LinkUser {
  /**
   * Returns up to `limit` bytes, or null if there are none or the window of the other side is full.
   */
  takeBytes(limit: number): Uint8Array | null
  /** The time at which the last bytes have left the link. */
  left(): void
  /** The bytes have reached the other host. */
  arrive(bytes: Uint8Array): void
  /** The wire of the receiver. */
  readonly far: MemoryLink
}

/** The wire of one host. Sending and receiving have their own rates; senders take turns. */
export class MemoryLink {
  readonly #clock: Clock
  #latencyMs = 0
  #msPerByteUp = 0
  #msPerByteDown = 0
  #downFreeAt = 0
  #queue: LinkUser[] = []
  #serving = false
  /** An unplugged host sends and receives nothing, without notice to its connections. */
  plugged = true

  constructor(clock: Clock, link: HostLink) {
    this.#clock = clock
    this.set(link)
  }

  get latencyMs(): number {
    return this.#latencyMs
  }

  /** Changes the wire for bytes that leave from now on. */
  set(link: HostLink): void {
    this.#latencyMs = link.latencyMs ?? 0
    this.#msPerByteUp = 1000 / (link.uploadBytesPerSecond ?? Number.POSITIVE_INFINITY)
    this.#msPerByteDown = 1000 / (link.downloadBytesPerSecond ?? Number.POSITIVE_INFINITY)
  }

  /** The user has bytes to send. Safe to call twice. */
  want(user: LinkUser): void {
    if (this.#queue.includes(user)) return
    this.#queue.push(user)
    if (!this.#serving) {
      this.#serving = true
      this.#clock.after(0, () => this.#serve())
    }
  }

  /** Milliseconds from leaving this wire until all `bytes` have arrived at `far`. */
  delayTo(far: MemoryLink, bytes: number): number {
    const reached = this.#clock.nowMs() + this.#latencyMs + far.#latencyMs
    far.#downFreeAt = Math.max(reached, far.#downFreeAt) + bytes * far.#msPerByteDown
    return Math.max(0, far.#downFreeAt - this.#clock.nowMs())
  }

  #serve(): void {
    const limited = this.#msPerByteUp > 0
    for (let user = this.#queue.shift(); user; user = this.#queue.shift()) {
      const bytes = user.takeBytes(limited ? SLICE_BYTES : Number.POSITIVE_INFINITY)
      if (!bytes) continue
      this.#queue.push(user)
      if (!limited) {
        this.#deliver(user, bytes)
        continue
      }
      const sender = user
      this.#clock.after(bytes.length * this.#msPerByteUp, () => {
        this.#deliver(sender, bytes)
        this.#serve()
      })
      return
    }
    this.#serving = false
  }

  #deliver(user: LinkUser, bytes: Uint8Array): void {
    if (this.plugged)
      this.#clock.after(this.delayTo(user.far, bytes.length), () => {
        if (user.far.plugged) user.arrive(bytes)
      })
    user.left()
  }
}
