/**
 * Slow mode, as the others see it: the times that a device has signed in two texts of one epoch show that its program ignores the rule. Neither clocks of readers nor the order of arrival matter. Each device is
 * judged alone, since devices of one person may not know of each other's texts, and so is each epoch, since its rules bind what is encrypted in it.
 */
import { latin1 } from '@shoal/torrent/base'
import type { GroupPolicy } from '../groups/policy.ts'

export interface SlowText {
  /** The hash of the device. */
  readonly device: Uint8Array
  /** DID of the sender. */
  readonly sender: string
  readonly epoch: bigint
  readonly sentMs: number
}

export class SlowMode {
  #epoch = -1n
  /** The rules of this epoch. */
  #policy: GroupPolicy | null = null
  /** When the devices wrote the last text that was read, in this epoch. */
  readonly #sentMs = new Map<string, number>()
  readonly #named = new Set<string>()

  /** Notes a text of the newest epoch, whose rules `readPolicy` returns: it is asked once. `isNew`: the device was not found too fast in this epoch before. */
  judge(
    { device, sender, epoch, sentMs }: SlowText,
    readPolicy: () => GroupPolicy,
  ): { readonly isTooFast: boolean; readonly isNew: boolean } {
    if (epoch !== this.#epoch || !this.#policy) {
      this.#policy = readPolicy()
      this.#epoch = epoch
      this.#sentMs.clear()
      this.#named.clear()
    }
    const { slowSeconds, admins } = this.#policy
    if (slowSeconds === 0 || admins.includes(sender)) return { isTooFast: false, isNew: false }
    const key = latin1(device)
    const lastMs = this.#sentMs.get(key)
    this.#sentMs.set(key, sentMs)
    const isTooFast = lastMs !== undefined && Math.abs(sentMs - lastMs) < 1000 * slowSeconds
    const isNew = isTooFast && !this.#named.has(key)
    if (isNew) this.#named.add(key)
    return { isTooFast, isNew }
  }
}
