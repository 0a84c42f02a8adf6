import { equalBytes, hex } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { compareDistance } from '../../base/xor-distance.ts'
import { type Endpoint, ownerKey } from './contact.ts'
import { type DhtItem, isMutable, itemTarget, type MutableItem } from './item.ts'
import { isSigned } from './item-check.ts'
import { QueryLimits } from './query-limits.ts'

/** BEP 44, "Expiration". */
const ITEM_LIFE_MS = 2 * 60 * 60_000

export interface ItemStoreLimits {
  /** Items, of at most 1,100 bytes each. Default 1,000. */
  readonly items?: number
  /** Items that one address (a /64 of IPv6) stored. Default 50. */
  readonly itemsPerAddress?: number
  /**
   * Signatures verified per second, for one address and in all, averaged over some seconds. Default
   * 2 and 100.
   */
  readonly signaturesPerAddress?: number
  readonly signatures?: number
}

interface StoredItem {
  readonly item: DhtItem
  readonly target: Uint8Array
  readonly owner: string
  readonly untilMs: number
}

/** Why an item was not stored. */
export type ItemRefusal = 'bad-signature' | 'cas-mismatch' | 'old-sequence' | 'no-room'

/**
 * Stores the items that others put on this node (BEP 44), for one address family. Bounded in every
 * respect.
 */
export class ItemStore {
  readonly #clock: Clock
  readonly #ownId: () => Uint8Array
  readonly #limits: Required<ItemStoreLimits>
  readonly #verifications: QueryLimits
  /** By target in hex, in the order of their last put. */
  readonly #items = new Map<string, StoredItem>()
  readonly #counts = new Map<string, number>()

  constructor(clock: Clock, ownId: () => Uint8Array, limits: ItemStoreLimits = {}) {
    this.#clock = clock
    this.#ownId = ownId
    this.#limits = { items: 1000, itemsPerAddress: 50, signaturesPerAddress: 2, signatures: 100, ...limits }
    const { signaturesPerAddress: perAddress, signatures: inAll } = this.#limits
    this.#verifications = new QueryLimits(clock, { perAddress, inAll })
  }

  get size(): number {
    return this.#items.size
  }

  get(target: Uint8Array): DhtItem | null {
    return this.#alive(hex(target))?.item ?? null
  }

  /**
   * Stores or renews an item whose value, salt and sequence number are within their bounds. `cas`:
   * the sequence number that it replaces. Returns null, or why it was not stored.
   */
  put(item: DhtItem, from: Endpoint, cas?: bigint): ItemRefusal | null {
    const target = itemTarget(item)
    const key = hex(target)
    const stored = this.#alive(key)
    const refusal = isMutable(item) ? this.#compare(item, stored?.item, from, cas) : null
    if (refusal) return refusal
    if (stored && isSame(item, stored.item)) {
      // BEP 44: renews it. The signature of the stored item was verified, unlike that of this one.
      this.#set(key, stored)
      return null
    }
    const owner = ownerKey(from)
    if (stored?.owner !== owner && (this.#counts.get(owner) ?? 0) >= this.#limits.itemsPerAddress) {
      return 'no-room'
    }
    if (!stored && !this.#makeRoom(target)) return 'no-room'
    this.#set(key, { item, target, owner })
    return null
  }

  /** Removes expired items. Call it about once a minute. */
  expire(): void {
    const now = this.#clock.nowMs()
    for (const [key, { untilMs }] of this.#items) {
      if (untilMs > now) break
      this.#delete(key)
    }
  }

  /** Makes the cheap checks first and verifies the signature last. */
  #compare(item: MutableItem, stored: DhtItem | undefined, from: Endpoint, cas?: bigint): ItemRefusal | null {
    if (stored && isMutable(stored)) {
      // BEP 44: `cas` is ignored if there is no current value.
      if (cas !== undefined && cas !== stored.seq) return 'cas-mismatch'
      if (isSame(item, stored)) return null
      if (item.seq <= stored.seq) return 'old-sequence'
    }
    if (!this.#verifications.admits(from)) return 'no-room'
    return isSigned(item) ? null : 'bad-signature'
  }

  /**
   * If the store is full, the item farthest from our ID makes room for a nearer one: lookups ask
   * other nodes for it.
   */
  #makeRoom(target: Uint8Array): boolean {
    if (this.#items.size < this.#limits.items) return true
    this.expire()
    if (this.#items.size < this.#limits.items) return true
    const ownId = this.#ownId()
    let farthest = target
    for (const stored of this.#items.values()) {
      if (compareDistance(ownId, stored.target, farthest) > 0) farthest = stored.target
    }
    if (farthest === target) return false
    this.#delete(hex(farthest))
    return true
  }

  #set(key: string, stored: Omit<StoredItem, 'untilMs'>): void {
    this.#delete(key)
    this.#items.set(key, { ...stored, untilMs: this.#clock.nowMs() + ITEM_LIFE_MS })
    this.#counts.set(stored.owner, (this.#counts.get(stored.owner) ?? 0) + 1)
  }

  #alive(key: string): StoredItem | undefined {
    const stored = this.#items.get(key)
    return stored && stored.untilMs > this.#clock.nowMs() ? stored : undefined
  }

  #delete(key: string): void {
    const stored = this.#items.get(key)
    if (!stored) return
    this.#items.delete(key)
    const count = this.#counts.get(stored.owner)! - 1
    if (count > 0) this.#counts.set(stored.owner, count)
    else this.#counts.delete(stored.owner)
  }
}

/** Returns true if two items with the same target have the same content. */
function isSame(a: DhtItem, b: DhtItem): boolean {
  if (!isMutable(a) || !isMutable(b)) return !isMutable(a) && !isMutable(b)
  return a.seq === b.seq && equalBytes(a.value, b.value)
}
