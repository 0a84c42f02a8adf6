import type { RangeFailure } from '../../transport/http/http-ranges.ts'
import type { BlockSupplier } from '../pieces/block-supplier.ts'
import { Availability } from './availability.ts'
import { Fetcher, type FetcherOptions, STALL_MS } from './fetcher.ts'
import type { SeedUrl } from './seed-url.ts'

/** Waits after consecutive failures without a block: doubled each time. */
const FIRST_WAIT_MS = 2000
const MOST_WAIT_MS = 10 * 60_000
/** After this many missing files in a row, the server is not used for a while. */
const MISSING_IN_A_ROW = 8

/** Events that a web seed reports to its torrent. */
interface WebSeedEvents {
  onDownloaded(bytes: number): void
  onWasted(bytes: number): void
  /** The seed is abandoned permanently. */
  onGone(): void
  log(line: string): void
}

export interface WebSeedOptions extends Omit<FetcherOptions, 'events'> {
  readonly events: WebSeedEvents
}

/** `waiting`: tried again later. `gone`: never again. */
export type WebSeedState = 'idle' | 'working' | 'waiting' | 'gone'

/**
 * A web server that has the torrent's files (BEP 19), as a source of blocks in addition to the
 * peers. Long runs of blocks are requested from it, one range of a file per request, on two
 * connections.
 */
export class WebSeed implements BlockSupplier {
  readonly id: number
  readonly url: SeedUrl
  readonly wantsRuns = true
  readonly suggested: readonly number[] = []
  onParole = false
  snubbed = false
  readonly startedMs: number
  /** Why nothing is requested from it at present, as text for the user. */
  trouble: string | null = null
  readonly fetcher: Fetcher
  readonly #options: WebSeedOptions
  readonly #availability: Availability
  #use: 'usable' | 'waiting' | 'gone' | 'paused' | 'closed' = 'usable'
  #retryMs = 0
  #failures = 0
  #missingInARow = 0

  constructor(options: WebSeedOptions) {
    const { id, url, clock, transfer, events } = options
    this.id = id
    this.url = url
    this.#options = options
    this.startedMs = clock.nowMs()
    this.#availability = new Availability(this, transfer.picker, transfer.layout)
    this.fetcher = new Fetcher({
      ...options,
      events: {
        onDownloaded: bytes => events.onDownloaded(bytes),
        onWasted: bytes => events.onWasted(bytes),
        onBlock: () => this.#recovered(),
        onReady: () => this.fill(),
        onFailure: (failure, file) => this.#onFailure(failure, file),
      },
    })
    this.#availability.join()
  }

  get key(): string {
    return this.url.label
  }

  get isSeed(): boolean {
    return this.#availability.isSeed
  }

  has(piece: number): boolean {
    return this.#availability.has(piece)
  }

  get bytesPerSecond(): number {
    return this.fetcher.bytesPerSecond
  }

  /** Share of the torrent that it is believed to have, 0 to 1. */
  get progress(): number {
    return this.#use === 'gone' ? 0 : this.#availability.progress
  }

  get state(): WebSeedState {
    if (this.#use === 'gone' || this.#use === 'waiting') return this.#use
    return this.fetcher.isWorking ? 'working' : 'idle'
  }

  fill(): void {
    if (this.#use === 'usable') this.fetcher.fill(this)
  }

  cancelBlock(number: number): void {
    this.fetcher.cancelBlock(number)
  }

  tick(nowMs: number): void {
    if (this.#use === 'closed') return
    this.fetcher.tick(nowMs)
    this.#availability.tick(nowMs)
    if (this.#use === 'waiting' && nowMs >= this.#retryMs) {
      this.#use = 'usable'
      this.#availability.join()
    }
    if (this.fetcher.isStalled(nowMs)) {
      this.snubbed = true
      this.#wait(`it sent nothing of use for ${STALL_MS / 1000} seconds`, 0)
    }
    this.fill()
  }

  pause(): void {
    if (this.#use === 'usable' || this.#use === 'waiting') this.#leave('paused')
  }

  resume(): void {
    if (this.#use !== 'paused') return
    this.#use = 'usable'
    this.#availability.join()
    this.fill()
  }

  ban(): void {
    this.#giveUp('it sent wrong bytes')
  }

  close(): void {
    this.#leave('closed')
  }

  #recovered(): void {
    this.snubbed = false
    this.trouble = null
    this.#failures = 0
    this.#missingInARow = 0
  }

  #onFailure({ fate, message, retryAfterMs }: RangeFailure, file: number): void {
    if (fate === 'server-gone') {
      this.#log(`${message}: it is given up`)
      return this.#giveUp(message)
    }
    if (fate === 'server-later') return this.#wait(message, retryAfterMs)
    const { clock, transfer } = this.#options
    const forever = fate === 'file-gone'
    this.#availability.fileMissing(file, clock.nowMs(), { forever, retryAfterMs })
    const path = transfer.layout.files[file]!.path.join('/')
    this.trouble = `${path}: ${message}`
    this.#log(`${path}: ${message}${forever ? ': it is not asked for it again' : ''}`)
    if (++this.#missingInARow >= MISSING_IN_A_ROW) this.#wait('it has none of the files', retryAfterMs)
    else this.fill()
  }

  #giveUp(why: string): void {
    if (this.#use === 'gone' || this.#use === 'closed') return
    this.#leave('gone')
    this.trouble = why
    this.#options.events.onGone()
  }

  #wait(why: string, retryAfterMs: number): void {
    this.#leave('waiting')
    const waitMs = Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#failures++, 20))
    const chosenMs = Math.max(waitMs, retryAfterMs)
    this.#retryMs = this.#options.clock.nowMs() + chosenMs
    this.#missingInARow = 0
    this.trouble = why
    this.#log(`${why}: tried again in ${Math.ceil(chosenMs / 1000)} s`)
  }

  /** Requests nothing while it is in the given state. */
  #leave(use: 'waiting' | 'gone' | 'paused' | 'closed'): void {
    this.fetcher.stop()
    this.#availability.leave()
    this.#use = use
  }

  #log(text: string): void {
    this.#options.events.log(`web seed ${this.url.label}: ${text}`)
  }
}
