import type { AppFiles } from './app-files.ts'

/** The engine of the app, once it is needed. */
export class LazyFiles {
  readonly #trackers: readonly string[]
  #files: Promise<AppFiles> | undefined

  /** `hubs`: their addresses. Each is a tracker for WebSockets, too. */
  constructor(hubs: readonly string[]) {
    this.#trackers = hubs.map(hub => new URL('/announce', hub.replace(/^http/, 'ws')).href)
  }

  load(): Promise<AppFiles> {
    this.#files ??= import('./app-files.ts').then(({ AppFiles }) => new AppFiles(this.#trackers))
    // A part that could not be loaded is loaded anew the next time.
    this.#files.catch(() => {
      this.#files = undefined
    })
    return this.#files
  }
}
