import type { Settings } from '@shoal/api'
import type { Clock } from '@shoal/torrent'
import type { LimitsNow } from '../kernel/limits.ts'
import { limitsAt, nextChange } from './limits-at.ts'

/**
 * Maximum wait between checks, since the clock can be set and the machine can sleep while a timer
 * waits.
 */
const LOOK_MS = 60_000

export interface ScheduledLimitsDeps {
  readonly clock: Clock
  settings(): Settings
  onSettings(listener: () => void): () => void
  /** Called at the start, and when the limits change. */
  applyLimits(limits: LimitsNow): void
}

/** Keeps track of the limits from settings and schedule. */
export class ScheduledLimits {
  readonly #deps: ScheduledLimitsDeps
  #applied: LimitsNow | null = null
  #cancel: (() => void) | null = null
  #unsubscribe: (() => void) | null = null

  constructor(deps: ScheduledLimitsDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#unsubscribe = this.#deps.onSettings(() => this.#update())
    this.#update()
  }

  /** The current limits. */
  get now(): LimitsNow {
    return limitsAt(this.#deps.settings().limits, new Date(this.#deps.clock.unixMs()))
  }

  close(): void {
    this.#unsubscribe?.()
    this.#cancel?.()
    this.#unsubscribe = this.#cancel = null
  }

  #update(): void {
    const { clock, settings, applyLimits } = this.#deps
    const { limits } = settings()
    const date = new Date(clock.unixMs())
    const now = limitsAt(limits, date)
    if (JSON.stringify(now) !== JSON.stringify(this.#applied)) applyLimits(now)
    this.#applied = now
    this.#cancel?.()
    this.#cancel = null
    const next = nextChange(limits, date)
    if (next) {
      const waitMs = Math.min(LOOK_MS, next.getTime() - date.getTime())
      this.#cancel = clock.after(waitMs, () => this.#update())
    }
  }
}
