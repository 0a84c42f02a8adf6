import type { PeerOrigin } from '../../api.ts'
import { formatHostPort } from '../../base/ip.ts'
import type { Random } from '../../base/random.ts'
import type { PeerAddress } from '../../transport/transport.ts'
import { type PexPeer, REACHABLE, UPLOAD_ONLY } from '../../wire/extensions/pex-flags.ts'
import type { OwnAddresses } from '../swarm-context.ts'

export type { PeerOrigin }

/** An address that a torrent knows. */
export interface Candidate {
  readonly key: string
  readonly address: PeerAddress
  readonly origin: PeerOrigin
  /** Number of consecutive failed or short connections. */
  failures: number
  /** Time before which it is not tried again. */
  nextTryMs: number
  state: 'idle' | 'connecting' | 'connected'
  /**
   * Whether it downloaded nothing more when it was last connected, or is reported not to: two such
   * peers are useless to each other (BEP 21).
   */
  uploadOnly: boolean
  /**
   * Whether a peer connected to it, or a trustworthy source reported it: other addresses from PEX
   * may be behind a router.
   */
  readonly isReachable: boolean
  /** BEP 40. */
  priority: number
}

type RankedAddresses = Pick<OwnAddresses, 'version' | 'priorityOf'>
const NO_PRIORITIES: RankedAddresses = { version: 0, priorityOf: () => 0 }

/** Maximum number of addresses kept for one torrent. */
const MAX_CANDIDATES = 2000
/**
 * Addresses with this many failures are dropped if room is needed, and not tried while there are
 * others.
 */
const HOPELESS_FAILURES = 8
/** Number of times that a seed tries an address each time it is found. */
const SEED_TRIES = 2
const FIRST_RETRY_MS = 10_000
const LONGEST_RETRY_MS = 30 * 60_000

/**
 * The addresses that a torrent might connect to, from any discovery. Those with the fewest failures
 * are tried first, then those that are known to be reachable, then by canonical priority (BEP 40),
 * and each failure doubles the wait. Also keeps the banned IP addresses.
 */
export class PeerPool {
  readonly #random: Random
  readonly #candidates = new Map<string, Candidate>()
  readonly #banned = new Set<string>()

  readonly #own: RankedAddresses
  #version: number

  constructor(random: Random, own: RankedAddresses = NO_PRIORITIES) {
    this.#random = random
    this.#own = own
    this.#version = own.version
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

  /** Adds addresses, those from PEX with flags. Returns how many were new. */
  add(addresses: readonly (PeerAddress & Partial<PexPeer>)[], origin: PeerOrigin): number {
    let added = 0
    for (const given of addresses) {
      const key = formatHostPort(given.host, given.port)
      const isComplete = given.port > 0 || given.kind !== undefined
      if (!isComplete || this.#banned.has(given.host)) continue
      const known = this.#candidates.get(key)
      if (known) {
        // It was found again; an address from the user is tried at once.
        if (origin === 'manual') known.nextTryMs = 0
        if (known.failures === SEED_TRIES) known.failures--
        continue
      }
      if (this.#candidates.size >= MAX_CANDIDATES && !this.#makeRoom(origin)) continue
      const { flags = origin === 'pex' ? 0 : REACHABLE, ...address } = given
      this.#candidates.set(key, {
        ...{ key, address, origin, failures: 0, nextTryMs: 0, state: 'idle' },
        uploadOnly: (flags & UPLOAD_ONLY) !== 0,
        isReachable: (flags & REACHABLE) !== 0,
        priority: this.#own.priorityOf(address),
      })
      added++
    }
    return added
  }

  /**
   * The next address to try, or null if none is due. The caller reports the outcome. `uploadOnly`:
   * we download nothing more.
   */
  next(nowMs: number, uploadOnly = false): Candidate | null {
    this.#updatePriorities()
    let best: Candidate | null = null
    let ties = 0
    for (const candidate of this.#candidates.values()) {
      if (candidate.state !== 'idle' || candidate.nextTryMs > nowMs) continue
      if (uploadOnly && isUselessToSeed(candidate)) continue
      const order = best === null ? -1 : compareCandidates(candidate, best)
      if (order < 0) {
        best = candidate
        ties = 1
      } else if (order === 0 && this.#random.below(++ties) === 0) best = candidate
    }
    return best
  }

  /**
   * Whether any address that may still answer will become due. `uploadOnly`: we download nothing
   * more.
   */
  hasHope(uploadOnly: boolean): boolean {
    for (const candidate of this.#candidates.values()) {
      const isHopeless = candidate.failures >= HOPELESS_FAILURES || (uploadOnly && isUselessToSeed(candidate))
      if (candidate.state === 'idle' && !isHopeless) return true
    }
    return false
  }

  /** The connection could not be made, or ended before it was useful. */
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

  /**
   * Tries addresses with at most this many failures without delay, for example because a reader
   * waits.
   */
  expedite(maxFailures = 1): void {
    for (const candidate of this.#candidates.values())
      if (candidate.failures <= maxFailures) candidate.nextTryMs = 0
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

  /** From now on no connection from or to the address is accepted. */
  ban(host: string): void {
    this.#banned.add(host)
    for (const [key, candidate] of this.#candidates)
      if (candidate.address.host === host) this.#candidates.delete(key)
  }

  isBanned(host: string): boolean {
    return this.#banned.has(host)
  }

  #updatePriorities(): void {
    if (this.#version === this.#own.version) return
    this.#version = this.#own.version
    for (const candidate of this.#candidates.values())
      candidate.priority = this.#own.priorityOf(candidate.address)
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

/** Returns a negative number if `a` is tried first. */
function compareCandidates(a: Candidate, b: Candidate): number {
  return a.failures - b.failures || Number(b.isReachable) - Number(a.isReachable) || b.priority - a.priority
}

/**
 * Whether the address is useless to a seed: other seeds, and peers that connected to us, since
 * they can do so again.
 */
function isUselessToSeed({ uploadOnly, origin, failures }: Candidate): boolean {
  if (uploadOnly || origin === 'incoming') return true
  return failures >= SEED_TRIES && origin !== 'manual' && origin !== 'lsd'
}
