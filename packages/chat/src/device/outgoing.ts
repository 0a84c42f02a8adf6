/** Delivery states of this device's messages. */
import { latin1 } from '@shoal/torrent/base'
import type { Shown } from '../conversations/index.ts'
import type { Kept } from './kept-messages.ts'

/**
 * `waiting`: only this device has it. `received`: another device has it, the log not yet.
 * `delivered`: the log has it. `failed`: it cannot be delivered.
 */
export type Delivery = 'waiting' | 'received' | 'delivered' | 'failed'

export class Outgoing {
  readonly #unplaced = new Map<string, Kept>()
  readonly #failed = new Set<string>()
  readonly #received = new Set<string>()

  /** Own messages that are not in the log yet, oldest first. */
  get unplaced(): readonly Kept[] {
    return [...this.#unplaced.values()]
  }

  get size(): number {
    return this.#unplaced.size
  }

  /** Client ids in Latin-1. */
  get failed(): Iterable<string> {
    return this.#failed
  }

  /** Returns whether it has no place in the log yet. */
  has({ clientId }: Kept): boolean {
    return this.#unplaced.has(latin1(clientId))
  }

  add(message: Kept): void {
    this.#unplaced.set(latin1(message.clientId), message)
  }

  placed(clientId: Uint8Array): void {
    this.#unplaced.delete(latin1(clientId))
    this.#received.delete(latin1(clientId))
  }

  fail(clientId: Uint8Array): void {
    this.placed(clientId)
    this.#failed.add(latin1(clientId))
  }

  /**
   * Records that another device has a message. Returns false if that was known, or the log has it.
   * This is not stored.
   */
  received(clientId: Uint8Array): boolean {
    const key = latin1(clientId)
    if (!this.#unplaced.has(key) || this.#received.has(key)) return false
    this.#received.add(key)
    return true
  }

  deliveryOf({ id, sequence }: Pick<Shown, 'id' | 'sequence'>): Delivery {
    if (this.#failed.has(latin1(id))) return 'failed'
    if (sequence !== null) return 'delivered'
    return this.#received.has(latin1(id)) ? 'received' : 'waiting'
  }
}
