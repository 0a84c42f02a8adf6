import type { Clock } from '../../base/clock.ts'
import { formatHostPort } from '../../base/ip.ts'
import { TokenBucket } from '../../base/token-bucket.ts'
import type { Connection, PeerAddress, Transport } from '../../transport/transport.ts'
import type { Holes } from '../swarm-context.ts'

/** A NAT keeps a hole for at least this long (RFC 4787, section 4.3). */
const HOLE_MS = 120_000
/** Both peers may have requested the same hole. */
const SAME_MS = 5000
/**
 * Maximum number of holes to one IP address within HOLE_MS: several peers may share it, but a
 * relay must not aim us all at one victim.
 */
const MAX_PER_HOST = 4
/** Maximum number of holes of a session per second, and at once. */
const PER_SECOND = 0.5
const BURST = 20
const MAX_HOLES = 256
/** Maximum number of recently dialed or requested addresses that are remembered. */
const MAX_NOTED = 1024

/** The part of a session that decides whether it takes part in hole punching. */
export interface PunchingSession {
  readonly clock: Clock
  /** A hole would reveal our address to its other end. */
  readonly isAnonymous: boolean
  readonly utp: Transport | null
  readonly transports: { readonly all: readonly Transport[] }
}

/**
 * The endpoints that a session has recently sent datagrams to, at another peer's request (BEP 55)
 * or on its own. Such requests are limited: the peers may lie.
 */
export class PunchedHoles implements Holes {
  readonly #session: PunchingSession
  readonly #bucket: TokenBucket
  /** Time at which each was punched, oldest first. */
  readonly #holes = new Map<string, { readonly host: string; readonly atMs: number }>()

  /** Time at which we dialed or requested each address, oldest first. */
  readonly #dialed = new Map<string, number>()
  readonly #asked = new Map<string, number>()

  constructor(session: PunchingSession) {
    this.#session = session
    this.#bucket = new TokenBucket(PER_SECOND, BURST, session.clock.nowMs())
  }

  /** Whether we take part in hole punching. */
  get isOn(): boolean {
    const { isAnonymous, utp, transports } = this.#session
    return !isAnonymous && utp !== null && transports.all.includes(utp)
  }

  /** Whether to punch a hole to the address now; remembers it if so. */
  admit({ host, port }: PeerAddress): boolean {
    const nowMs = this.#session.clock.nowMs()
    const key = formatHostPort(host, port)
    const last = this.#holes.get(key)
    if (last && nowMs - last.atMs < SAME_MS) return false
    let toHost = 0
    for (const [other, hole] of this.#holes) {
      if (nowMs - hole.atMs > HOLE_MS) this.#holes.delete(other)
      else if (hole.host === host) toHost++
    }
    if (toHost >= MAX_PER_HOST || this.#holes.size >= MAX_HOLES) return false
    if (!this.#bucket.take(1, nowMs)) return false
    this.#holes.delete(key)
    this.#holes.set(key, { host, atMs: nowMs })
    return true
  }

  /** We request a relay to make the peer at an address connect to us. */
  asked(address: PeerAddress): void {
    this.#note(this.#asked, address)
  }

  /** We dial an address, which opens a hole to it in our own NAT. */
  dialed(address: PeerAddress): void {
    this.#note(this.#dialed, address)
  }

  /** Whether a connection resulted from a request to a relay. */
  has({ kind, remote }: Pick<Connection, 'kind' | 'remote'>): boolean {
    if (kind !== 'utp') return false
    const hole = this.#holes.get(formatHostPort(remote.host, remote.port))
    return (hole !== undefined && this.#isFresh(hole.atMs)) || this.#isNoted(this.#asked, remote)
  }

  /**
   * Whether an incoming connection may have been possible only because we had dialed its address:
   * it does not show that others can reach us.
   */
  invited({ kind, remote }: Pick<Connection, 'kind' | 'remote'>): boolean {
    return kind === 'utp' && this.#isNoted(this.#dialed, remote)
  }

  #note(times: Map<string, number>, { host, port }: PeerAddress): void {
    const key = formatHostPort(host, port)
    times.delete(key)
    times.set(key, this.#session.clock.nowMs())
    if (times.size > MAX_NOTED) times.delete(times.keys().next().value!)
  }

  #isNoted(times: ReadonlyMap<string, number>, { host, port }: PeerAddress): boolean {
    const atMs = times.get(formatHostPort(host, port))
    return atMs !== undefined && this.#isFresh(atMs)
  }

  #isFresh(atMs: number): boolean {
    return this.#session.clock.nowMs() - atMs <= HOLE_MS
  }
}
