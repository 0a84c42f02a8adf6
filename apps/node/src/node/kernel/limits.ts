import type { NodeStats } from '@shoal/api'
import type { SettingsStore } from './settings-store.ts'

/** Rate limits that hold at a moment, and what decided them. Null: no limit. */
export type LimitsNow = NodeStats['limits']

/** The rate limits of the whole node. The settings decide them unless a capability takes over. */
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

  /** Lets `decide` say what holds, until the returned function is called. */
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

  /** Tells the listeners if other limits hold than before. */
  update(): void {
    const limits = this.now
    const text = JSON.stringify(limits)
    if (text === this.#last) return
    this.#last = text
    for (const listener of this.#listeners) listener(limits)
  }
}
