/**
 * Usage per account: connections and requests in this process, and storage across all reachable
 * processes. In memory only.
 */
import { RoomError } from '@shoal/hub-api/rooms'
import { latin1 } from '@shoal/torrent/base'
import { Allowance } from '../kernel/allowance.ts'
import { ALL_GUESTS, isGuest, type Member, type Rate, type ServiceLimits } from './contracts.ts'

/** Counted across all processes. */
export const SHARED_KINDS = ['appends', 'creations', 'deliveries', 'deliveredBytes', 'appendedBytes'] as const
type SharedKind = (typeof SHARED_KINDS)[number]
type Kind = SharedKind | 'requests' | 'volatiles'

/** Tokens that an account took, reported to the other processes. */
export interface Use {
  readonly did: string
  /** Bytes: deliveries to this device. */
  readonly what: SharedKind | Uint8Array
  readonly count: number
}

/** Limited for all guests together, too. */
const OF_ALL_GUESTS: readonly Kind[] = ['appendedBytes', 'creations']
const MAX_DEVICES = 10_000

export class AccountUse {
  connections = 0
  usedMs: number
  readonly limits: ServiceLimits
  readonly #share: (what: Use['what'], count: number) => void
  readonly #all: AccountUse | null
  readonly #allowances = new Map<Kind, Allowance>()
  readonly #devices = new Map<string, Allowance>()

  /**
   * `share`: reports usage to the other processes. `all`: the use of all guests, if it is that of
   * one.
   */
  constructor(
    limits: ServiceLimits,
    nowMs: number,
    share: (what: Use['what'], count: number) => void,
    all: AccountUse | null = null,
  ) {
    this.#all = all
    this.limits = limits
    this.usedMs = nowMs
    this.#share = share
  }

  /** Takes tokens. Returns false if too few are available. */
  take(kind: Kind, count: number, nowMs: number): boolean {
    return this.#take(kind, count, nowMs) === 0
  }

  /** Takes tokens. Throws `too-many-requests` if too few are available. */
  demand(kind: Kind, count: number, nowMs: number): void {
    const afterMs = Math.ceil(this.#take(kind, count, nowMs))
    if (afterMs > 0)
      throw new RoomError('too-many-requests', 'Too much at once: try again later', { afterMs })
  }

  /** Returns false if this account has delivered too much to this device. */
  mayDeliverTo(device: Uint8Array, nowMs: number): boolean {
    if (this.#toDevice(device).take(1, nowMs) > 0) return false
    this.#share(device, 1)
    return true
  }

  /** Records tokens that the account took in another process. */
  taken({ what, count }: Use, nowMs: number): void {
    this.usedMs = nowMs
    const allowance = typeof what === 'string' ? this.#of(what) : this.#toDevice(what)
    allowance.taken(count, nowMs)
  }

  #take(kind: Kind, count: number, nowMs: number): number {
    this.usedMs = nowMs
    const waitMs = this.#of(kind).take(count, nowMs)
    const shared = SHARED_KINDS.find(each => each === kind)
    if (waitMs > 0) return waitMs
    if (shared) this.#share(shared, count)
    // After its own limit, so that nobody uses up what all have with requests that are refused.
    return this.#all && OF_ALL_GUESTS.includes(kind) ? this.#all.#take(kind, count, nowMs) : 0
  }

  #of(kind: Kind): Allowance {
    const allowance = this.#allowances.get(kind) ?? newAllowance(this.limits[kind])
    this.#allowances.set(kind, allowance)
    return allowance
  }

  #toDevice(device: Uint8Array): Allowance {
    const key = latin1(device)
    const allowance = this.#devices.get(key) ?? newAllowance(this.limits.deliveriesPerDevice)
    // Evicts the oldest: its bucket has long been full again, unless the account delivers to
    // thousands.
    if (!this.#devices.has(key) && this.#devices.size >= MAX_DEVICES)
      this.#devices.delete(this.#devices.keys().next().value!)
    this.#devices.set(key, allowance)
    return allowance
  }
}

/** Returns the limits of a member, of a guest, or of all guests together. */
function limitsOf(limits: ServiceLimits, member: Pick<Member, 'did'>): ServiceLimits {
  const all = member.did === ALL_GUESTS ? limits.allGuests : {}
  return isGuest(member) ? { ...limits, ...limits.guests, ...all } : limits
}

/** Returns the time after which all empty buckets are full again. */
function longestRefillMs(limits: ServiceLimits): number {
  const rates = [limits, limits.guests].flatMap(each =>
    Object.values(each).filter((value): value is Rate => typeof value === 'object' && 'perSecond' in value),
  )
  return 1000 * Math.max(...rates.map(({ perSecond, most }) => most / perSecond))
}

export class AccountsUse {
  readonly #limits: ServiceLimits
  readonly #share: (use: Use) => void
  readonly #accounts = new Map<string, AccountUse>()

  /** `share`: reports usage to the other processes. */
  constructor(limits: ServiceLimits, share: (use: Use) => void) {
    this.#limits = limits
    this.#share = share
  }

  of(did: string, nowMs: number): AccountUse {
    const known = this.#accounts.get(did)
    if (known) return known
    const all = isGuest({ did }) && did !== ALL_GUESTS ? this.of(ALL_GUESTS, nowMs) : null
    const share = (what: Use['what'], count: number) => this.#share({ did, what, count })
    const use = new AccountUse(limitsOf(this.#limits, { did }), nowMs, share, all)
    this.#accounts.set(did, use)
    return use
  }

  /** Forgets accounts idle long enough for all of their buckets to be full again. */
  forgetIdle(nowMs: number): void {
    const sinceMs = nowMs - longestRefillMs(this.#limits)
    for (const [did, use] of this.#accounts)
      if (use.connections === 0 && use.usedMs < sinceMs && did !== ALL_GUESTS) this.#accounts.delete(did)
  }
}

/** Sums up usage for the other processes. */
export class UseReport {
  #uses = new Map<string, Use>()

  add(use: Use): void {
    const { did, what, count } = use
    const key = `${did} ${typeof what === 'string' ? what : latin1(what)}`
    this.#uses.set(key, { did, what, count: count + (this.#uses.get(key)?.count ?? 0) })
  }

  /** Returns the usage since the last call. */
  take(): readonly Use[] {
    const uses = [...this.#uses.values()]
    this.#uses = new Map()
    return uses
  }
}

function newAllowance({ perSecond, most }: Rate): Allowance {
  return new Allowance({ burst: most, everyMs: 1000 / perSecond })
}
