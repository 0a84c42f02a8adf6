import type { TorrentApi } from '@shoal/torrent'

/**
 * Pages do not announce that they close: their reads are forgotten after this time without
 * requests.
 */
const IDLE_MS = 60_000
const MAX_READINGS = 64

interface Reading {
  readonly stream: AsyncIterator<Uint8Array>
  readonly abort: AbortController
  position: number
  readonly end: number
  lastMs: number
}

/**
 * Reads of pages from files, as players issue them: each is a stream that continues for sequential
 * reads and restarts at other positions.
 */
export class Readings {
  readonly #readings = new Map<string, Reading>()

  /** Returns the next available bytes from `position` on, or null at `end`. */
  async read(
    name: string,
    torrent: TorrentApi,
    file: number,
    [position, end]: readonly [number, number],
  ): Promise<Uint8Array | null> {
    let reading = this.#readings.get(name)
    if (reading?.position !== position || reading.end !== end) {
      this.end(name)
      reading = begin(torrent, file, position, end)
      this.#readings.set(name, reading)
      this.#forgetOldest()
    }
    reading.lastMs = Date.now()
    const { done, value } = await reading.stream.next()
    if (done) {
      this.end(name)
      return null
    }
    reading.position += value.length
    return value
  }

  end(name: string): void {
    const reading = this.#readings.get(name)
    if (!reading) return
    this.#readings.delete(name)
    reading.abort.abort()
    void reading.stream.return?.().catch(() => {})
  }

  /** Ends the reads of a page, whose names begin with that of the page. */
  endOf(page: string): void {
    for (const name of this.#readings.keys()) if (name.startsWith(`${page}/`)) this.end(name)
  }

  tick(): void {
    for (const [name, { lastMs }] of this.#readings) if (Date.now() - lastMs > IDLE_MS) this.end(name)
  }

  #forgetOldest(): void {
    for (const name of this.#readings.keys()) {
      if (this.#readings.size <= MAX_READINGS) return
      this.end(name)
    }
  }
}

function begin(torrent: TorrentApi, file: number, position: number, end: number): Reading {
  const abort = new AbortController()
  const source = torrent.files[file]
  if (!source) throw new RangeError(`there is no file ${file}`)
  const stream = source.stream({ start: position, end, signal: abort.signal })[Symbol.asyncIterator]()
  return { stream, abort, position, end, lastMs: Date.now() }
}
