import type { Clock } from '@shoal/torrent'
import { latin1 } from '@shoal/torrent/base'
import { SenderBudgets } from '../misconduct.ts'
import { type Contact, neighborhoodOf } from './contact.ts'

/**
 * libp2p/specs, kad-dht: "Content provider advertisement": records are valid for 48 hours and
 * renewed after 22.
 */
export const PROVIDER_LIFE_MS = 48 * 3_600_000
/** Time between two scans of a full store for expired records: each visits all of them. */
const EXPIRE_AGAIN_MS = 60_000
/** Share of the store that the records of one /24 or /48 can fill. */
const NEIGHBORHOOD_PART = 0.1
/**
 * Refused records per provider above which it counts as a flood: as many as it may store, plus this
 * many per second.
 */
const SURPLUS = { burst: 20_000, perSecond: 20 } as const

export interface ProviderStoreLimits {
  /** Records in the store. Default 200,000. */
  readonly records?: number
  /** Providers per key. Default 500. */
  readonly perKey?: number
  /** Keys per provider. Default 20,000. */
  readonly perProvider?: number
  /** Providers per key in one /24 or /48. Default 10. */
  readonly perKeyAndNeighborhood?: number
}

/** Validity of a record. Default: 48 hours; no withdrawal is older. */
export interface RecordTerms {
  readonly lifeMs?: number
  /** Grows with each announcement and withdrawal of a provider. Default 0. */
  readonly sequence?: number
}

interface StoredRecord {
  readonly provider: Provider
  readonly untilMs: number
  readonly sequence: number
}

/** A provider, shared by its records: nodes move, and the last address counts. */
interface Provider {
  contact: Contact
  readonly neighborhood: string | null
  records: number
}

/**
 * Stores who provides which key, for other nodes. Every dimension is bounded, also per provider and
 * per network, so that no provider can displace the records of others. Records expire after 48
 * hours, or earlier if they say so.
 */
export class ProviderStore {
  readonly #clock: Clock
  readonly #limits: Required<ProviderStoreLimits>
  /**
   * Records by key, then by PeerId, both as ISO 8859-1 text. Those of a key are in order of
   * arrival.
   */
  readonly #keys = new Map<string, Map<string, StoredRecord>>()
  readonly #providers = new Map<string, Provider>()
  readonly #neighborhoods = new Map<string, number>()
  readonly #surplus: SenderBudgets
  readonly #onFlood: (contact: Contact) => void
  #records = 0
  #refused = 0
  #expiredMs = Number.NEGATIVE_INFINITY

  /** `onFlood`: called when a provider continues although much was refused. */
  constructor(
    clock: Clock,
    limits: ProviderStoreLimits = {},
    onFlood: (contact: Contact) => void = () => {},
  ) {
    this.#clock = clock
    this.#surplus = new SenderBudgets(clock, SURPLUS)
    this.#onFlood = onFlood
    this.#limits = {
      records: 200_000,
      perKey: 500,
      perProvider: 20_000,
      perKeyAndNeighborhood: 10,
      ...limits,
    }
  }

  /** Number of records, including expired ones not yet removed. */
  get size(): number {
    return this.#records
  }

  /** Number of records refused for lack of room. */
  get refused(): number {
    return this.#refused
  }

  /** Adds or renews the records of one provider. Returns how many fitted. */
  addAll(keys: readonly Uint8Array[], contact: Contact, terms?: RecordTerms): number {
    const taken = keys.filter(key => this.add(key, contact, terms)).length
    this.noRoom(contact, keys.length - taken)
    return taken
  }

  /** Counts a provider's refused records of a message. `addAll` does so itself. */
  noRoom(contact: Contact, surplus: number): void {
    this.#refused += surplus
    if (surplus > 0 && this.#surplus.refuses(contact.id, contact.ip, surplus) === 'flood')
      this.#onFlood(contact)
  }

  /** Adds or renews a record. Returns false if a limit forbids it. */
  add(
    key: Uint8Array,
    contact: Contact,
    { lifeMs = PROVIDER_LIFE_MS, sequence = 0 }: RecordTerms = {},
  ): boolean {
    const name = latin1(key)
    const id = latin1(contact.id)
    const neighborhood = neighborhoodOf(contact)
    // A renewed record moves to the end, and to its provider's current address.
    this.#delete(name, id)
    if (!this.#hasRoom(name, id, neighborhood)) return false
    const moved = this.#providers.get(id)
    // Network limits count a provider by its address when its first record arrived.
    const provider = moved ?? { contact, neighborhood, records: 0 }
    provider.contact = contact
    provider.records++
    this.#providers.set(id, provider)
    this.#count(provider.neighborhood, 1)
    const records = this.#keys.get(name) ?? new Map<string, StoredRecord>()
    records.set(id, { provider, untilMs: this.#clock.nowMs() + lifeMs, sequence })
    this.#keys.set(name, records)
    this.#records++
    return true
  }

  /** Returns up to `count` providers of a key, the most recently announced first. */
  get(key: Uint8Array, count: number): Contact[] {
    const name = latin1(key)
    this.#expire(name)
    const records = [...(this.#keys.get(name)?.values() ?? [])]
    return records
      .slice(-count)
      .map(({ provider }) => provider.contact)
      .reverse()
  }

  /**
   * Removes a provider's record, unless it was announced after `sequence`. Returns false if there
   * is none to remove.
   */
  withdraw(key: Uint8Array, id: Uint8Array, sequence: number): boolean {
    const [name, provider] = [latin1(key), latin1(id)]
    const record = this.#keys.get(name)?.get(provider)
    if (!record || record.sequence > sequence) return false
    this.#delete(name, provider)
    return true
  }

  /** Removes expired records. Call it periodically. */
  expire(): void {
    this.#expiredMs = this.#clock.nowMs()
    for (const name of [...this.#keys.keys()]) this.#expire(name)
  }

  #hasRoom(name: string, id: string, neighborhood: string | null): boolean {
    const limits = this.#limits
    this.#expire(name)
    if (this.#records >= limits.records && this.#clock.nowMs() - this.#expiredMs >= EXPIRE_AGAIN_MS)
      this.expire()
    const records = this.#keys.get(name)
    if (this.#records >= limits.records || (records?.size ?? 0) >= limits.perKey) return false
    if ((this.#providers.get(id)?.records ?? 0) >= limits.perProvider) return false
    if (neighborhood === null) return true
    if ((this.#neighborhoods.get(neighborhood) ?? 0) >= NEIGHBORHOOD_PART * limits.records) return false
    let neighbors = 0
    for (const { provider } of records?.values() ?? [])
      if (provider.neighborhood === neighborhood) neighbors++
    return neighbors < limits.perKeyAndNeighborhood
  }

  #expire(name: string): void {
    const now = this.#clock.nowMs()
    for (const [id, { untilMs }] of this.#keys.get(name) ?? []) {
      if (untilMs <= now) this.#delete(name, id)
    }
  }

  #delete(name: string, id: string): void {
    const records = this.#keys.get(name)
    const record = records?.get(id)
    if (!records || !record) return
    records.delete(id)
    if (records.size === 0) this.#keys.delete(name)
    this.#records--
    this.#count(record.provider.neighborhood, -1)
    if (--record.provider.records === 0) this.#providers.delete(id)
  }

  #count(neighborhood: string | null, change: 1 | -1): void {
    if (neighborhood === null) return
    const count = (this.#neighborhoods.get(neighborhood) ?? 0) + change
    if (count > 0) this.#neighborhoods.set(neighborhood, count)
    else this.#neighborhoods.delete(neighborhood)
  }
}
