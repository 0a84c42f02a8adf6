/** Collects reports of accounts' peers, and writes them to the database in batches. */

import { MAX_REPORTS, type TrackerKeys, type Traffic, type TrafficReport } from '@shoal/hub-stores'
import { hex } from '@shoal/torrent/base'
import { type Announce, EVENT } from '@shoal/tracker'

const EVERY_MS = 5000
/**
 * Most queued peers. A dropped report is not lost unless it is the peer's last: the next one
 * includes it.
 */
const MAX_WAITING = 20_000

export interface TrafficBatchOptions {
  readonly store: Pick<TrackerKeys, 'count'>
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Called if the database fails. The reports are kept. */
  readonly onError: (error: unknown) => void
}

export class TrafficBatch {
  readonly #options: TrafficBatchOptions
  #waiting = new Map<string, TrafficReport>()
  #writing: Promise<void> | null = null
  readonly #timer: NodeJS.Timeout
  /** Number of dropped reports. */
  dropped = 0

  constructor(options: TrafficBatchOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.flush(), EVERY_MS).unref()
  }

  /** Adds the report of an account's announce. */
  add(did: string, { hash, peerId, uploadedBytes, downloadedBytes, event }: Announce): void {
    const torrent = new Uint8Array(20)
    const view = new DataView(torrent.buffer)
    for (const [at, word] of hash.entries()) view.setInt32(4 * at, word)
    const traffic = { uploadedBytes, downloadedBytes }
    this.#keep({
      ...{ did, torrent, peer: Uint8Array.from(peerId), first: traffic, last: traffic },
      ...{ atMs: this.#options.now(), isGone: event === EVENT.stopped },
    })
  }

  /** Writes the queue. Never rejects: failed reports are retried next time. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
    return this.#writing
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    await this.flush()
  }

  async #write(): Promise<void> {
    const all = [...this.#waiting.values()]
    this.#waiting = new Map()
    for (let from = 0; from < all.length; from += MAX_REPORTS)
      try {
        await this.#options.store.count(all.slice(from, from + MAX_REPORTS))
      } catch (error) {
        for (const report of all.slice(from)) this.#keep(report)
        return this.#options.onError(error)
      }
  }

  #keep(report: TrafficReport): void {
    const key = `${report.did} ${hex(report.torrent)} ${hex(report.peer)}`
    const other = this.#waiting.get(key)
    if (other) this.#waiting.set(key, other.atMs <= report.atMs ? merge(other, report) : merge(report, other))
    else if (this.#waiting.size < MAX_WAITING) this.#waiting.set(key, report)
    else this.dropped++
  }
}

/** Merges two reports of the same peer. Counters that decrease have been reset. */
function merge(earlier: TrafficReport, later: TrafficReport): TrafficReport {
  const isLess = (of: keyof Traffic) => later.last[of] < earlier.last[of]
  return isLess('uploadedBytes') || isLess('downloadedBytes') ? later : { ...later, first: earlier.first }
}
