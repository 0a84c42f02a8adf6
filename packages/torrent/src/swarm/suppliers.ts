import type { BlockSupplier } from './block-supplier.ts'

/** The sources of blocks of a swarm that are not peers, by number. */
export class Suppliers extends Map<number, BlockSupplier> {
  #paused = false

  /** It begins at once, unless the swarm is paused. */
  add(supplier: BlockSupplier): void {
    this.set(supplier.id, supplier)
    if (this.#paused) supplier.pause()
    else supplier.fill()
  }

  /** Closes it: what it was asked for is free for others. */
  remove(supplier: BlockSupplier): void {
    if (this.delete(supplier.id)) supplier.close()
  }

  tick(nowMs: number): void {
    for (const supplier of this.values()) supplier.tick(nowMs)
  }

  fill(): void {
    for (const supplier of this.values()) supplier.fill()
  }

  pause(): void {
    this.#paused = true
    for (const supplier of this.values()) supplier.pause()
  }

  resume(): void {
    this.#paused = false
    for (const supplier of this.values()) supplier.resume()
  }

  close(): void {
    for (const supplier of this.values()) supplier.close()
  }
}
