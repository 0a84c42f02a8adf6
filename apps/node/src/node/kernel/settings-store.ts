import { DEFAULT_SETTINGS, Settings, type SettingsChange } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { z } from 'zod'
import { meantChange } from './proxy-secret.ts'
import type { SettingRows } from './setting-store.ts'

type Section = keyof Settings
const SECTIONS = Object.keys(Settings.shape) as Section[]

export interface SettingsOptions {
  /** The download folder of a new node. */
  readonly directory: string
  /**
   * Values from the command line, the environment or the settings file. They override stored values
   * and cannot be changed at run time.
   */
  readonly fixed: SettingsChange
}

/**
 * Applies a change before it takes effect. Throws or rejects to refuse it, without changing
 * anything. If another function then refuses the change, it is called again with the arguments
 * swapped.
 */
export type ApplySettings = (settings: Settings, before: Settings) => Promise<void>

/** The node's settings: those in effect, and changes to them. */
export class SettingsStore {
  readonly #rows: SettingRows
  readonly #fixed: SettingsChange
  readonly #checks: ApplySettings[] = []
  readonly #appliers: ApplySettings[] = []
  readonly #listeners = new Set<(settings: Settings) => void>()
  #settings: Settings
  #changing: Promise<unknown> = Promise.resolve()

  constructor(rows: SettingRows, { directory, fixed }: SettingsOptions) {
    this.#rows = rows
    this.#fixed = fixed
    const fresh = { ...DEFAULT_SETTINGS, downloads: { directory, ...DEFAULT_SETTINGS.downloads } }
    this.#settings = Settings.parse(
      Object.fromEntries(SECTIONS.map(section => [section, this.#read(section, fresh[section])])),
    )
  }

  get current(): Settings {
    return this.#settings
  }

  /** Dotted names of fixed settings. */
  get fixed(): string[] {
    return SECTIONS.flatMap(section =>
      Object.keys(this.#fixed[section] ?? {}).map(name => `${section}.${name}`),
    )
  }

  /** Called with each change before any part of it is applied. Throws or rejects to refuse it. */
  onCheck(check: ApplySettings): void {
    this.#checks.push(check)
  }

  /** Called with each change before it takes effect, in the order of registration. */
  onApply(apply: ApplySettings): void {
    this.#appliers.push(apply)
  }

  /** Called after each change. */
  onChanged(listener: (settings: Settings) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Makes one change at a time. Rejects with `fixed`, or with the error of a function that applies
   * it, with the settings unchanged.
   */
  change(change: SettingsChange): Promise<Settings> {
    const mine = this.#changing.catch(() => {}).then(() => this.#change(change))
    this.#changing = mine
    return mine
  }

  async #change(wanted: SettingsChange): Promise<Settings> {
    const before = this.#settings
    const change = meantChange(wanted, before)
    this.#refuseFixed(change)
    const merged = SECTIONS.map(section => [section, { ...before[section], ...change[section] }])
    const settings = Settings.parse(Object.fromEntries(merged))
    const applied: ApplySettings[] = []
    for (const check of this.#checks) await check(settings, before)
    try {
      for (const apply of this.#appliers) {
        await apply(settings, before)
        applied.push(apply)
      }
      this.#rows.together(() => {
        for (const section of SECTIONS)
          if (change[section]) this.#rows.set(section, this.#kept(section, settings[section]))
      })
    } catch (error) {
      // Report the first error.
      for (const apply of applied.reverse()) await apply(before, settings).catch(() => {})
      throw error
    }
    this.#settings = settings
    for (const listener of this.#listeners) listener(settings)
    return settings
  }

  #refuseFixed(change: SettingsChange): void {
    for (const name of this.fixed) {
      const [section, key] = name.split('.') as [Section, string]
      const wanted = (change[section] as Record<string, unknown> | undefined)?.[key]
      const now = (this.#settings[section] as Record<string, unknown>)[key]
      if (wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(now))
        throw new Failure(
          'fixed',
          `${name} is fixed by the command line, the environment or the settings file of the node: change it there`,
          {
            field: name,
          },
        )
    }
  }

  /**
   * Returns the members to write. Members that are fixed for this run keep their earlier values.
   */
  #kept(section: Section, settings: Record<string, unknown>): Record<string, unknown> {
    const before = this.#rows.get(section) as Record<string, unknown> | undefined
    const kept: Record<string, unknown> = { ...settings }
    for (const key of Object.keys(this.#fixed[section] ?? {})) {
      delete kept[key]
      if (before && typeof before === 'object' && key in before) kept[key] = before[key]
    }
    return kept
  }

  /** Reads a section member by member. Members that are no longer valid get their defaults. */
  #read(section: Section, fresh: Record<string, unknown>): Record<string, unknown> {
    const { shape } = Settings.shape[section] as z.ZodObject
    const kept = z.record(z.string(), z.unknown()).safeParse(this.#rows.get(section)).data ?? {}
    const fits = ([key, value]: [string, unknown]) =>
      (shape[key] as z.ZodType | undefined)?.safeParse(value).success
    return { ...fresh, ...Object.fromEntries(Object.entries(kept).filter(fits)), ...this.#fixed[section] }
  }
}
