import type { PeerOrigin } from '../api.ts'
import { formatHostPort } from '../base/ip.ts'
import type { Random } from '../base/random.ts'
import type { PeerAddress } from '../transport/transport.ts'

export type { PeerOrigin }

/** An address that a torrent knows. */
export interface Candidate {
  readonly key: string
  readonly address: PeerAddress
  readonly origin: PeerOrigin
  /** Failed or short connections in a row. */
  failures: number
  /** The time before which it is not tried again. */
  nextTryMs: number
  state: 'idle' | 'connecting' | 'connected'
  /** Whether it downloaded nothing more when it was last connected: two such peers have no use for each other (BEP 21). */
  uploadOnly: boolean
}

/** Addresses kept for one torrent. */
const MAX_CANDIDATES = 2000
/** Addresses with this many failures are dropped if room is needed, and not tried while there are others. */
const HOPELESS_FAILURES = 8
/** How often a seed tries an address that was found for it, each time it is found. */
const SEED_TRIES = 2
const FIRST_RETRY_MS = 10_000
const LONGEST_RETRY_MS = 30 * 60_000

/**
 * The addresses that a torrent might connect to, from any discovery. Those with the fewest failures are tried first, and each failure doubles
 * the wait. Also keeps the banned IP addresses.
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

  /** Adds addresses. Returns how many were new. */
  add(addresses: readonly PeerAddress[], origin: PeerOrigin): number {
    let added = 0
    for (const address of addresses) {
      const key = formatHostPort(address.host, address.port)
      const isComplete = address.port > 0 || address.kind !== undefined
      if (!isComplete || this.#banned.has(address.host)) continue
      const known = this.#candidates.get(key)
      if (known) {
        // It was found again, and a user who names it wants it tried now.
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

  /** The next address to try, or null if none is due. The caller reports the outcome. `uploadOnly`: we download nothing more. */
  next(nowMs: number, uploadOnly = false): Candidate | null {
    let best: Candidate | null = null
    let ties = 0
    for (const candidate of this.#candidates.values()) {
      if (candidate.state !== 'idle' || candidate.nextTryMs > nowMs) continue
      if (uploadOnly && isUselessToSeed(candidate)) continue
      if (best === null || candidate.failures < best.failures) {
        best = candidate
        ties = 1
      } else if (candidate.failures === best.failures && this.#random.below(++ties) === 0) best = candidate
    }
    return best
  }

  /** Whether any address will be due that may still answer. `uploadOnly`: we download nothing more. */
  hasHope(uploadOnly: boolean): boolean {
    for (const candidate of this.#candidates.values()) {
      const isHopeless = candidate.failures >= HOPELESS_FAILURES || (uploadOnly && isUselessToSeed(candidate))
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

  /** A reader waits: addresses that did not fail repeatedly are tried without delay. */
  expedite(): void {
    for (const candidate of this.#candidates.values()) if (candidate.failures <= 1) candidate.nextTryMs = 0
  }

  find(address: PeerAddress): Candidate | undefined {
    return this.#candidates.get(formatHostPort(address.host, address.port))
  }

  remove(candidate: Candidate): void {
    this.#candidates.delete(candidate.key)
  }

  /** Forgets the addresses from other origins. */
  keepOnly(origins: readonly PeerOrigin[]): void {
    for (const [key, { origin }] of this.#candidates)
      if (!origins.includes(origin)) this.#candidates.delete(key)
  }

  /** Forgets the addresses for which `isUnwanted` is true. */
  removeAll(isUnwanted: (host: string) => boolean): void {
    for (const [key, { address }] of this.#candidates)
      if (isUnwanted(address.host)) this.#candidates.delete(key)
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

/** Whether a seed has no use for the address: other seeds, and peers that connected to us, since they can do so again. */
function isUselessToSeed({ uploadOnly, origin, failures }: Candidate): boolean {
  if (uploadOnly || origin === 'incoming') return true
  return failures >= SEED_TRIES && origin !== 'manual' && origin !== 'lsd'
}
