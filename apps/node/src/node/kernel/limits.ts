import type { NodeStats } from '@shoal/api'
import type { SettingsStore } from './settings-store.ts'
import { Slot } from './slot.ts'

/** The rate limits in effect and their origin. Null: no limit. */
export type LimitsNow = NodeStats['limits']

/** The rate limits of the node. */
export class RateLimits {
  /** Returns the limits: those of the settings, unless a capability overrides them. */
  readonly decide: Slot<() => LimitsNow>
  readonly #listeners = new Set<(limits: LimitsNow) => void>()
  #last: string

  constructor(settings: SettingsStore) {
    this.decide = new Slot<() => LimitsNow>(() => {
      const { downloadBytesPerSecond, uploadBytesPerSecond } = settings.current.limits
      return { downloadBytesPerSecond, uploadBytesPerSecond, by: 'settings' }
    })
    this.#last = JSON.stringify(this.now)
    settings.onChanged(() => this.update())
  }

  get now(): LimitsNow {
    return this.decide.value()
  }

  /**
   * Calls the listener immediately, and whenever the limits change, until the returned function is
   * called.
   */
  follow(listener: (limits: LimitsNow) => void): () => void {
    this.#listeners.add(listener)
    listener(this.now)
    return () => this.#listeners.delete(listener)
  }

  /** Notifies the listeners if the limits have changed. */
  update(): void {
    const limits = this.now
    const text = JSON.stringify(limits)
    if (text === this.#last) return
    this.#last = text
    for (const listener of this.#listeners) listener(limits)
  }
}
