import type { PeerClass, RateLimits } from '../api.ts'
import type { Clock } from '../base/clock.ts'
import { isLocalAddress } from '../base/local-address.ts'
import { LimitChain, RateLimit, type RateLimitPair } from '../base/rate-limit.ts'
import type { ThrottlePair } from '../swarm/swarm-context.ts'
import type { Connection } from '../transport/transport.ts'

/** The rate limits of a session: for all connections, and for classes of peers. */
export class ClassLimits {
  readonly #clock: Clock
  readonly #all: RateLimitPair
  /** Created once and kept, so that a limit that is set later applies to open connections. */
  readonly #classes = new Map<PeerClass, RateLimitPair>()

  constructor(clock: Clock, limits: Partial<RateLimits>) {
    this.#clock = clock
    this.#all = this.#create()
    this.set(limits)
  }

  set({ downloadBytesPerSecond, uploadBytesPerSecond }: Partial<RateLimits>, peerClass?: PeerClass): void {
    const pair = peerClass === undefined ? this.#all : this.#get(peerClass)
    if (downloadBytesPerSecond !== undefined) pair.download.setRate(downloadBytesPerSecond)
    if (uploadBytesPerSecond !== undefined) pair.upload.setRate(uploadBytesPerSecond)
  }

  forConnection({ kind, remote }: Connection, torrentLimits: RateLimitPair): ThrottlePair {
    const classes: PeerClass[] = isLocalAddress(remote.host) ? ['local', kind] : ['internet', kind]
    return {
      download: this.#chain('download', classes, torrentLimits),
      upload: this.#chain('upload', classes, torrentLimits),
    }
  }

  /** The limits of a web seed; `host` is the one in its URL. */
  forWebSeed(host: string, torrentLimits: RateLimitPair): LimitChain {
    const isLocal = isLocalAddress(host) || host === 'localhost'
    return this.#chain('download', ['webseed', isLocal ? 'local' : 'internet'], torrentLimits)
  }

  /** The limits of a client at an IP address that reads a file without being a peer. */
  forReader(host: string, torrentLimits: RateLimitPair): LimitChain {
    return this.#chain('upload', [isLocalAddress(host) ? 'local' : 'internet'], torrentLimits)
  }

  close(): void {
    for (const pair of [this.#all, ...this.#classes.values()]) {
      pair.download.close()
      pair.upload.close()
    }
  }

  #chain(way: keyof RateLimitPair, classes: readonly PeerClass[], torrentLimits: RateLimitPair): LimitChain {
    return new LimitChain(this.#clock, [
      this.#all[way],
      ...classes.map(name => this.#get(name)[way]),
      torrentLimits[way],
    ])
  }

  #get(peerClass: PeerClass): RateLimitPair {
    let pair = this.#classes.get(peerClass)
    if (!pair) {
      pair = this.#create()
      this.#classes.set(peerClass, pair)
    }
    return pair
  }

  #create(): RateLimitPair {
    return { download: new RateLimit(this.#clock), upload: new RateLimit(this.#clock) }
  }
}
