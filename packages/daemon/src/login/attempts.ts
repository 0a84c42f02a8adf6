import { isIPv6 } from 'node:net'
import { HttpFailure } from '../http/failures.ts'

/** Failures per address without a delay, to allow for typing errors. */
const FREE = 5
/** Delay after the first failure beyond that; it doubles with each further one. */
const FIRST_WAIT_MS = 2000
const LONGEST_WAIT_MS = 15 * 60_000
/** Time after which the failures of an address are forgotten. */
const FORGET_MS = 60 * 60_000
const MAX_ADDRESSES = 10_000
/**
 * Failures of all addresses combined: an attacker with many addresses gets these, then one per
 * `REFILL_MS`.
 */
const FREE_IN_ALL = 100
const REFILL_MS = 10_000

interface Record {
  failures: number
  /** Attempts before this time are not checked. */
  untilMs: number
  lastMs: number
  /**
   * Whether a login from this address succeeded: it is then not locked out by a flood from other
   * addresses.
   */
  trusted: boolean
}

/** Sets the `Retry-After` header (RFC 9110 section 10.2.3). */
export class TooManyAttempts extends HttpFailure {
  readonly retryAfterSeconds: number

  constructor(message: string, retryAfterSeconds: number, field = 'password') {
    super('too-many-attempts', message, field, { 'retry-after': String(retryAfterSeconds) })
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export interface AttemptsOptions {
  /**
   * Whether there is also a limit for all addresses combined. It is for passwords, which can be
   * guessed from many addresses. For unguessable secrets it would only let an attacker lock
   * newcomers out.
   */
  readonly limitsAll?: boolean
  /** The input member named in refusals. */
  readonly field?: string
}

/** Throttles guessing of passwords, tokens and other secrets. Remembers 10,000 addresses. */
export class Attempts {
  readonly #now: () => number
  readonly #limitsAll: boolean
  readonly #field: string
  /** Ordered by the last failure, oldest first. */
  readonly #records = new Map<string, Record>()
  #left = FREE_IN_ALL
  #refilledMs: number

  /** `now`: milliseconds since the Unix epoch. */
  constructor(now: () => number, { limitsAll = true, field = 'password' }: AttemptsOptions = {}) {
    this.#now = now
    this.#limitsAll = limitsAll
    this.#field = field
    this.#refilledMs = now()
  }

  /** Throws `too-many-attempts` if this address, or all combined, must wait. */
  admit(address: string): void {
    const now = this.#now()
    const record = this.#records.get(network(address))
    if (record && record.untilMs > now) throw this.#tooMany(record.untilMs - now)
    this.#refill(now)
    if (this.#limitsAll && this.#left < 1 && !record?.trusted) throw this.#tooMany(REFILL_MS)
  }

  failed(address: string): void {
    const now = this.#now()
    this.#refill(now)
    this.#left = Math.max(0, this.#left - 1)
    const record = this.#take(address, now)
    record.failures++
    const excess = record.failures - FREE
    if (excess >= 0)
      record.untilMs = now + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(excess, 20))
  }

  succeeded(address: string): void {
    Object.assign(this.#take(address, this.#now()), { failures: 0, untilMs: 0, trusted: true })
  }

  #take(address: string, now: number): Record {
    const key = network(address)
    const old = this.#records.get(key)
    this.#records.delete(key)
    const record = old ?? { failures: 0, untilMs: 0, lastMs: now, trusted: false }
    if (now - record.lastMs > FORGET_MS) record.failures = 0
    record.lastMs = now
    this.#records.set(key, record)
    if (this.#records.size > MAX_ADDRESSES) this.#records.delete(this.#records.keys().next().value!)
    return record
  }

  #tooMany(waitMs: number): TooManyAttempts {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000))
    return new TooManyAttempts(`too many attempts: try again in ${seconds} seconds`, seconds, this.#field)
  }

  #refill(now: number): void {
    const tokens = Math.floor((now - this.#refilledMs) / REFILL_MS)
    if (tokens <= 0) return
    this.#left = Math.min(FREE_IN_ALL, this.#left + tokens)
    this.#refilledMs += tokens * REFILL_MS
  }
}

/** A household has one IPv4 address, or a /64 of IPv6. */
export function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('%', 1)[0]!.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  while (tail !== undefined && groups.length + rest.length < 8) groups.push('0')
  return [...groups, ...rest].slice(0, 4).join(':')
}
