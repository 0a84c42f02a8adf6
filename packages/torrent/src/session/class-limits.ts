import type { PeerClass, RateLimits } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import { RateLimit } from '../base/rate-limit.ts'

interface Pair {
  readonly download: RateLimit
  readonly upload: RateLimit
}

/** The limits of a session: for all of it, and for classes of peers. */
export class ClassLimits {
  readonly #clock: Clock
  readonly #all: Pair
  /** Made once and kept, so that a limit that is set later holds for connections that are open. */
  readonly #classes = new Map<PeerClass, Pair>()

  constructor(clock: Clock, limits: Partial<RateLimits>) {
    this.#clock = clock
    this.#all = this.#pair()
    this.set(limits)
  }

  set(limits: Partial<RateLimits>, peerClass?: PeerClass): void {
    const pair = peerClass === undefined ? this.#all : this.#pairOf(peerClass)
    const { downloadBytesPerSecond, uploadBytesPerSecond } = limits
    if (downloadBytesPerSecond !== undefined) pair.download.setRate(downloadBytesPerSecond)
    if (uploadBytesPerSecond !== undefined) pair.upload.setRate(uploadBytesPerSecond)
  }

  /** All limits that a peer of these classes is under. */
  of(way: keyof Pair, classes: readonly PeerClass[]): RateLimit[] {
    return [this.#all[way], ...classes.map(name => this.#pairOf(name)[way])]
  }

  close(): void {
    for (const pair of [this.#all, ...this.#classes.values()]) {
      pair.download.close()
      pair.upload.close()
    }
  }

  #pairOf(peerClass: PeerClass): Pair {
    let pair = this.#classes.get(peerClass)
    if (!pair) {
      pair = this.#pair()
      this.#classes.set(peerClass, pair)
    }
    return pair
  }

  #pair(): Pair {
    return { download: new RateLimit(this.#clock), upload: new RateLimit(this.#clock) }
  }
}
