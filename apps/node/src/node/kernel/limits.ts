import type { NodeStats } from '@shoal/api'
import type { SettingsStore } from './settings-store.ts'

/** The rate limits in effect and their origin. Null: no limit. */
export type LimitsNow = NodeStats['limits']

/** The rate limits of the node. They come from the settings unless a capability takes over. */
export class RateLimits {
  readonly #settings: SettingsStore
  readonly #listeners = new Set<(limits: LimitsNow) => void>()
  #decide: (() => LimitsNow) | null = null
  #last: string

  constructor(settings: SettingsStore) {
    this.#settings = settings
    this.#last = JSON.stringify(this.now)
    settings.onChanged(() => this.update())
  }

  get now(): LimitsNow {
    if (this.#decide) return this.#decide()
    const { downloadBytesPerSecond, uploadBytesPerSecond } = this.#settings.current.limits
    return { downloadBytesPerSecond, uploadBytesPerSecond, by: 'settings' }
  }

  /** Lets `decide` choose the limits until the returned function is called. */
  decideBy(decide: () => LimitsNow): () => void {
    this.#decide = decide
    this.update()
    return () => {
      this.#decide = null
    }
  }

  /** Calls the listener at once, and whenever the limits change, until the returned function is called. */
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
