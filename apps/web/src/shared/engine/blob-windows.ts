import { ShoalError } from '@shoal/torrent'

/**
 * A read from a browser's file passes through three processes: 256 KiB cost three times as much per
 * byte as 2 MiB.
 */
const MOST_BYTES = 2 * 2 ** 20
const MOST_AT_FIRST_BYTES = 2 ** 20
const LEAST_BYTES = 256 * 1024
/**
 * Twice the number of peers that are served at a time: a window that is dropped before its peer has
 * all of it is read again for each block.
 */
const KEPT = 16

/** Bytes `[start, end)` of a blob. */
interface Window {
  readonly index: number
  readonly start: number
  readonly end: number
  readonly bytes: Promise<Uint8Array>
}

/**
 * Chosen files, read in windows of a piece, since a peer that requests a block mostly requests the
 * rest of its piece next. For sequential reads, the window size doubles each time.
 */
export class BlobWindows {
  readonly #leastBytes: number
  /** Least recently used first. */
  #windows: Window[] = []

  constructor(pieceLengthBytes: number) {
    this.#leastBytes = Math.min(Math.max(pieceLengthBytes, LEAST_BYTES), MOST_AT_FIRST_BYTES)
  }

  /**
   * Fills `parts` in order, from `offset` on. `index` identifies the blob. Rejects with `io` if the
   * file has changed.
   */
  async read(index: number, blob: Blob, offset: number, parts: readonly Uint8Array[]): Promise<void> {
    let position = offset
    let window: Window | undefined
    let bytes = new Uint8Array(0)
    for (const part of parts)
      for (let at = 0; at < part.length; ) {
        if (!window || position >= window.end) {
          window = this.#window(index, blob, position)
          bytes = (await window.bytes) as typeof bytes
        }
        const from = position - window.start
        const found = bytes.subarray(from, from + part.length - at)
        if (found.length === 0) throw new ShoalError('io', 'A shared file became shorter. Share it again.')
        part.set(found, at)
        at += found.length
        position += found.length
      }
  }

  clear(): void {
    this.#windows = []
  }

  #window(index: number, blob: Blob, position: number): Window {
    const found = this.#windows.find(
      window => window.index === index && position >= window.start && position < window.end,
    )
    const window = found ?? this.#begin(index, blob, position)
    this.#windows = [...this.#windows.filter(each => each !== window), window].slice(-KEPT)
    return window
  }

  #begin(index: number, blob: Blob, position: number): Window {
    const before = this.#windows.find(window => window.index === index && window.end === position)
    const start = before ? position : position - (position % this.#leastBytes)
    const wanted = before ? Math.min(2 * (before.end - before.start), MOST_BYTES) : this.#leastBytes
    const next = this.#windows.find(
      window => window.index === index && window.start > position && window.start < start + wanted,
    )
    const end = Math.min(start + wanted, next?.start ?? Number.POSITIVE_INFINITY)
    const window = { index, start, end, bytes: readBlob(blob, start, end) }
    window.bytes.catch(() => {
      this.#windows = this.#windows.filter(each => each !== window)
    })
    return window
  }
}

async function readBlob(blob: Blob, start: number, end: number): Promise<Uint8Array> {
  const bytes = await blob
    .slice(start, end)
    .arrayBuffer()
    .catch(cause => {
      throw new ShoalError('io', 'A shared file was changed or deleted. Share it again.', { cause })
    })
  return new Uint8Array(bytes)
}
