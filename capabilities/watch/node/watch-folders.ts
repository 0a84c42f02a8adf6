import type { Settings } from '@shoal/api'
import { type WatchDeps, WatchedFolder } from './watched-folder.ts'

export interface WatchFoldersDeps extends WatchDeps {
  settings(): Settings
  onSettings(listener: () => void): () => void
}

/** The watch folders of the settings. */
export class WatchFolders {
  readonly #deps: WatchFoldersDeps
  /** By rule as JSON: a changed rule is a different folder. */
  readonly #folders = new Map<string, WatchedFolder>()
  readonly #closing = new Set<Promise<void>>()
  #unsubscribe: (() => void) | null = null

  constructor(deps: WatchFoldersDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#unsubscribe = this.#deps.onSettings(() => this.#update())
    this.#update()
  }

  async close(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = null
    for (const key of this.#folders.keys()) this.#remove(key)
    await Promise.all(this.#closing)
  }

  #update(): void {
    const rules = new Map(this.#deps.settings().automation.watch.map(rule => [JSON.stringify(rule), rule]))
    for (const key of this.#folders.keys()) if (!rules.has(key)) this.#remove(key)
    for (const [key, rule] of rules) {
      if (this.#folders.has(key)) continue
      const folder = new WatchedFolder(rule, this.#deps)
      this.#folders.set(key, folder)
      folder.start()
    }
  }

  #remove(key: string): void {
    const closed = this.#folders.get(key)!.close()
    this.#folders.delete(key)
    this.#closing.add(closed)
    void closed.finally(() => this.#closing.delete(closed))
  }
}
