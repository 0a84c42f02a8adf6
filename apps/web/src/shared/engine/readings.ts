import type { TorrentApi } from '@shoal/torrent'

/** A page that is gone does not say so: what it read is forgotten after this long. */
const IDLE_MS = 60_000
const MAX_READINGS = 64

interface Reading {
  readonly stream: AsyncIterator<Uint8Array>
  readonly abort: AbortController
  position: number
  readonly end: number
  lastMs: number
}

/** Files that pages read from the engine, as players do: each a stream that continues sequential reads and restarts for other positions. */
export class Readings {
  readonly #readings = new Map<string, Reading>()

  /** The bytes from `position` on, as many as come at a time; null at `end`. */
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

  /** Those of a page, whose names begin with its own. */
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
