import type { Clock } from '@shoal/torrent'
import { type Random, sharedBits } from '@shoal/torrent/base'
import { KEY_BYTES, keyOf } from './contact.ts'
import type { KadClient } from './kad-client.ts'
import { encodeMessage } from './messages.ts'
import type { NetworkSize } from './network-size.ts'
import type { ProviderStore } from './provider-store.ts'
import { K, type RoutingTable } from './routing-table.ts'

/**
 * Time between two rounds of maintenance, and between two bucket refreshes (libp2p/specs, kad-dht:
 * "Bootstrap process").
 */
const ROUND_MS = 60_000
const REFRESH_MS = 10 * 60_000
/**
 * Nearest bucket to refresh. The lookup of our own key fills the nearest ones, and keys for those
 * beyond this one take long to find.
 */
const MAX_REFRESH_DEPTH = 12

export interface MaintenanceOptions {
  /** Our PeerId and key. */
  readonly id: Uint8Array
  readonly key: Uint8Array
  readonly clock: Clock
  readonly random: Random
  readonly client: KadClient
  readonly table: RoutingTable
  readonly size: NetworkSize
  readonly providers: ProviderStore
}

/**
 * Maintains a routing table's nodes and buckets, the records of other nodes, and the estimate of
 * the network's size.
 */
export class Maintenance {
  readonly #options: MaintenanceOptions
  #cancelRound: (() => void) | undefined
  #refreshedMs = -Infinity

  constructor(options: MaintenanceOptions) {
    this.#options = options
  }

  /** Starts the first round. */
  start(): void {
    this.#schedule(0)
  }

  /** Starts the next round now, if one is scheduled. */
  hurry(): void {
    if (!this.#cancelRound) return
    this.#cancelRound()
    this.#schedule(0)
  }

  close(): void {
    this.#cancelRound?.()
  }

  #schedule(delayMs: number): void {
    const { client, clock, random } = this.#options
    this.#cancelRound = clock.after(delayMs, async () => {
      this.#cancelRound = undefined
      await this.#maintain().catch(() => {})
      if (!client.signal.aborted) this.#schedule(ROUND_MS + random.below(ROUND_MS / 10))
    })
  }

  async #maintain(): Promise<void> {
    const { id, key, client, clock, random, table, size } = this.#options
    const { signal } = client
    this.#options.providers.expire()
    for (let contact = table.due(); contact; contact = table.due()) {
      const due = contact
      await client.ask(due, encodeMessage({ type: 'find-node', key: id }), signal).catch(() => {})
      signal.throwIfAborted()
    }
    if (clock.nowMs() - this.#refreshedMs < REFRESH_MS || table.size === 0) return
    this.#refreshedMs = clock.nowMs()
    await client.lookup(key, id, { signal })
    for (let depth = 0; depth <= Math.min(MAX_REFRESH_DEPTH, size.regionBits); depth++) {
      // One lookup is always due, since it measures the size of the network.
      if (depth > 0 && (table.bucketSizes()[depth] ?? 0) >= K / 2) continue
      const name = nameAtDepth(key, depth, random)
      const { closest } = await client.lookup(keyOf(name), name, { signal })
      const keys = closest.map(({ from }) => from.key)
      size.add(keyOf(name), keys)
    }
  }
}

/**
 * Returns random bytes whose key shares exactly `depth` bits with `key`. Messages carry the
 * preimage of a place, not the place itself, so this takes 2^(depth + 1) attempts on average.
 */
function nameAtDepth(key: Uint8Array, depth: number, random: Random): Uint8Array {
  for (;;) {
    const name = random.bytes(KEY_BYTES)
    if (sharedBits(keyOf(name), key) === depth) return name
  }
}
