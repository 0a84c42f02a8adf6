import type { AppFiles } from './app-files.ts'

/** The engine of the app, loaded when it is first needed. */
export class LazyFiles {
  readonly #trackers: readonly string[]
  #files: Promise<AppFiles> | undefined

  /** `hubs`: their addresses. Each hub is a WebSocket tracker, too. */
  constructor(hubs: readonly string[]) {
    this.#trackers = hubs.map(hub => new URL('/announce', hub.replace(/^http/, 'ws')).href)
  }

  load(): Promise<AppFiles> {
    this.#files ??= import('./app-files.ts').then(({ AppFiles }) => new AppFiles(this.#trackers))
    // If the chunk could not be loaded, the next call tries again.
    this.#files.catch(() => {
      this.#files = undefined
    })
    return this.#files
  }
}
