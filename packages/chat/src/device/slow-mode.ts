/**
 * Slow mode, as enforced by readers: the times signed by a device in two texts of one epoch prove
 * that its program violates the rule. Neither clocks of readers nor the order of arrival matter.
 * Each device is judged separately, since devices of one person may not know of each other's texts,
 * and so is each epoch, since its rules apply to everything encrypted in it.
 */
import { latin1 } from '@shoal/torrent/base'
import type { GroupPolicy } from '../groups/policy.ts'

export interface SlowText {
  /** Hash of the device. */
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
  /** Times of the devices' last read texts in this epoch. */
  readonly #sentMs = new Map<string, number>()
  readonly #named = new Set<string>()

  /**
   * Records a text of the newest epoch, whose rules `readPolicy` returns: it is called once.
   * `isNew`: whether this is the device's first violation in this epoch.
   */
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
