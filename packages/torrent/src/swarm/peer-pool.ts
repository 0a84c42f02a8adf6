import type { PeerOrigin } from '../api.ts'
import { formatHostPort } from '../base/ip.ts'
import type { Random } from '../base/random.ts'
import type { PeerAddress } from '../transport/transport.ts'

export type { PeerOrigin }

/** An address that a torrent knows of. */
export interface Candidate {
  readonly key: string
  readonly address: PeerAddress
  readonly origin: PeerOrigin
  /** Failed or short connections in a row. */
  failures: number
  /** Not tried again before this. */
  nextTryMs: number
  state: 'idle' | 'connecting' | 'connected'
  /** When last connected it downloaded nothing more: of no use to another such (BEP 21). */
  uploadOnly: boolean
}

/** Addresses kept for one torrent. */
const MAX_CANDIDATES = 2000
/** Addresses with this many failures are dropped when room is needed, and not tried while there are others. */
const HOPELESS_FAILURES = 8
/** How often a seed tries an address that was found for it, each time it is found. */
const SEED_TRIES = 2
const FIRST_RETRY_MS = 10_000
const LONGEST_RETRY_MS = 30 * 60_000

/**
 * The peers that a torrent might connect to: found by any discovery, tried fewest failures first, each failure doubling the wait. Keeps
 * the banned too, by IP address.
 */
export class PeerPool {
  readonly #random: Random
  readonly #candidates = new Map<string, Candidate>()
  readonly #banned = new Set<string>()

  constructor(random: Random) {
    this.#random = random
  }

  get size(): number {
    return this.#candidates.size
  }

  /** Addresses that are not connected. */
  get idle(): number {
    let count = 0
    for (const { state } of this.#candidates.values()) if (state === 'idle') count++
    return count
  }

  /** How many of the addresses were new. */
  add(addresses: readonly PeerAddress[], origin: PeerOrigin): number {
    let added = 0
    for (const address of addresses) {
      const key = formatHostPort(address.host, address.port)
      const isComplete = address.port > 0 || address.kind !== undefined
      if (!isComplete || this.#banned.has(address.host)) continue
      const known = this.#candidates.get(key)
      if (known) {
        // Somebody vouches for it again, and a user who names it wants it tried now.
        if (origin === 'manual') known.nextTryMs = 0
        if (known.failures === SEED_TRIES) known.failures--
        continue
      }
      if (this.#candidates.size >= MAX_CANDIDATES && !this.#makeRoom(origin)) continue
      const fresh = { failures: 0, nextTryMs: 0, state: 'idle', uploadOnly: false } as const
      this.#candidates.set(key, { key, address, origin, ...fresh })
      added++
    }
    return added
  }

  /** The next to try, or null when none is due; the caller says what becomes of it. `uploadOnly`: we download nothing more. */
  next(nowMs: number, uploadOnly = false): Candidate | null {
    let best: Candidate | null = null
    let ties = 0
    for (const candidate of this.#candidates.values()) {
      if (candidate.state !== 'idle' || candidate.nextTryMs > nowMs) continue
      if (uploadOnly && isNoUse(candidate)) continue
      if (best === null || candidate.failures < best.failures) {
        best = candidate
        ties = 1
      } else if (candidate.failures === best.failures && this.#random.below(++ties) === 0) best = candidate
    }
    return best
  }

  /** Whether somebody will be due who may yet answer. `uploadOnly`: we download nothing more. */
  hasHope(uploadOnly: boolean): boolean {
    for (const candidate of this.#candidates.values()) {
      const isHopeless = candidate.failures >= HOPELESS_FAILURES || (uploadOnly && isNoUse(candidate))
      if (candidate.state === 'idle' && !isHopeless) return true
    }
    return false
  }

  /** The connection could not be made, or ended before it was of use. */
  failed(candidate: Candidate, nowMs: number): void {
    candidate.state = 'idle'
    candidate.failures++
    const wait = FIRST_RETRY_MS * 2 ** Math.min(candidate.failures - 1, 10)
    candidate.nextTryMs = nowMs + Math.min(wait, LONGEST_RETRY_MS)
  }

  /** A useful connection ended. */
  ended(candidate: Candidate, nowMs: number): void {
    candidate.state = 'idle'
    candidate.failures = 0
    candidate.nextTryMs = nowMs + FIRST_RETRY_MS
  }

  /** Somebody waits: whoever did not fail again and again, but was let go, say, is tried without delay. */
  expedite(): void {
    for (const candidate of this.#candidates.values()) if (candidate.failures <= 1) candidate.nextTryMs = 0
  }

  find(address: PeerAddress): Candidate | undefined {
    return this.#candidates.get(formatHostPort(address.host, address.port))
  }

  remove(candidate: Candidate): void {
    this.#candidates.delete(candidate.key)
  }

  /** Forgets the addresses that came from elsewhere. */
  keepOnly(origins: readonly PeerOrigin[]): void {
    for (const [key, { origin }] of this.#candidates)
      if (!origins.includes(origin)) this.#candidates.delete(key)
  }

  /** No connection from or to the address is accepted any more. */
  ban(host: string): void {
    this.#banned.add(host)
    for (const [key, candidate] of this.#candidates)
      if (candidate.address.host === host) this.#candidates.delete(key)
  }

  isBanned(host: string): boolean {
    return this.#banned.has(host)
  }

  #makeRoom(origin: PeerOrigin): boolean {
    for (const [key, candidate] of this.#candidates) {
      const hopeless = candidate.failures >= HOPELESS_FAILURES || origin === 'manual'
      if (candidate.state !== 'idle' || !hopeless) continue
      this.#candidates.delete(key)
      return true
    }
    return false
  }
}

/** To a seed: other seeds, and who came by itself, for it knows the way. */
function isNoUse({ uploadOnly, origin, failures }: Candidate): boolean {
  if (uploadOnly || origin === 'incoming') return true
  return failures >= SEED_TRIES && origin !== 'manual' && origin !== 'lsd'
}
