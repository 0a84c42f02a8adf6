import type { PeerStatus } from '../../api.ts'
import { delay } from '../../base/clock.ts'
import type { WebSeeds as Loaded, WebSeedsOptions } from './web-seeds.ts'

/** Time to the next attempt to load them, for example after the network was lost. */
const LOAD_AGAIN_MS = 5000

/** Pages load the code for web seeds with the first torrent that has some: few links do. */
export class WebSeeds {
  readonly #options: WebSeedsOptions
  #loaded: Loaded | undefined
  #urls: readonly string[] = []
  #isLoading = false

  constructor(options: WebSeedsOptions) {
    this.#options = options
  }

  use(urls: readonly string[]): void {
    this.#urls = urls
    if (this.#loaded) this.#loaded.use(urls)
    else if (urls.length > 0) void this.#load()
  }

  status(): PeerStatus[] {
    return this.#loaded?.status() ?? []
  }

  get working(): number {
    return this.#loaded?.working ?? 0
  }

  async #load(): Promise<void> {
    const { context, swarm } = this.#options
    if (this.#isLoading) return
    this.#isLoading = true
    const module = await import('./web-seeds.ts').catch(() => null)
    if (!module) await delay(context.clock, LOAD_AGAIN_MS)
    this.#isLoading = false
    if (swarm.isClosed) return
    if (module) this.#loaded = new module.WebSeeds(this.#options)
    this.use(this.#urls)
  }
}
