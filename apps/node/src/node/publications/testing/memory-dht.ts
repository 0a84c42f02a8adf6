import { type DhtItem, type DhtItemKey, itemTarget, type MutableItem, ShoalError } from '@shoal/torrent'
import type { Dht } from '../publisher.ts'

/** A DHT in memory, with the rules of BEP 44 for sequence numbers. */
export class MemoryDht implements Dht {
  readonly items = new Map<string, DhtItem>()
  /** Items that were put, in order. */
  readonly puts: DhtItem[] = []
  isOff = false

  async getItem(key: DhtItemKey): Promise<DhtItem | null> {
    this.#mustBeOn()
    return this.items.get(target(key)) ?? null
  }

  async putItem(item: DhtItem): Promise<number> {
    this.#mustBeOn()
    const known = this.items.get(target(item)) as MutableItem | undefined
    if (known && 'seq' in item && item.seq < known.seq)
      throw new ShoalError('refused', 'a newer item is there')
    this.items.set(target(item), item)
    this.puts.push(item)
    return 8
  }

  #mustBeOn(): void {
    if (this.isOff) throw new ShoalError('unreachable', 'the DHT has no nodes yet: try again later')
  }
}

function target(key: DhtItem | DhtItemKey): string {
  return Buffer.from(itemTarget(key)).toString('hex')
}
