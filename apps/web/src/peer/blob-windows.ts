import { ShoalError } from '@shoal/torrent'

/** A read from a browser's file goes through three processes: one of 256 KiB costs four times as much a byte as one of 4 MiB. */
const MOST_BYTES = 4 * 2 ** 20
const LEAST_BYTES = 256 * 1024
/** As many as are read at a time, ahead and for several peers; none may go before all that waits for it has come. */
const KEPT = 8

/** Files that the user chose, read in stretches of a piece: who asks for a block mostly asks for the rest of its piece next. */
export class BlobWindows {
  readonly #windowBytes: number
  /** By blob and place, in the order of last use. */
  readonly #windows = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

  constructor(pieceLengthBytes: number) {
    this.#windowBytes = Math.min(Math.max(pieceLengthBytes, LEAST_BYTES), MOST_BYTES)
  }

  /** Fills `parts`, one after the other, from `offset` on. `index` names the blob. Rejects with `io` when the file is not what it was. */
  async read(index: number, blob: Blob, offset: number, parts: readonly Uint8Array[]): Promise<void> {
    let number = -1
    let window = new Uint8Array(0)
    let position = offset
    for (const part of parts)
      for (let at = 0; at < part.length; ) {
        const wanted = Math.floor(position / this.#windowBytes)
        if (wanted !== number) window = await this.#window(index, blob, wanted)
        number = wanted
        const from = position - number * this.#windowBytes
        const bytes = window.subarray(from, from + part.length - at)
        if (bytes.length === 0) throw new ShoalError('io', 'a shared file became shorter: share it again')
        part.set(bytes, at)
        at += bytes.length
        position += bytes.length
      }
  }

  clear(): void {
    this.#windows.clear()
  }

  #window(index: number, blob: Blob, number: number): Promise<Uint8Array<ArrayBuffer>> {
    const key = `${index}:${number}`
    const window = this.#windows.get(key) ?? readBlob(blob, number * this.#windowBytes, this.#windowBytes)
    this.#windows.delete(key)
    this.#windows.set(key, window)
    window.catch(() => this.#windows.delete(key))
    for (const oldest of this.#windows.keys()) {
      if (this.#windows.size <= KEPT) break
      this.#windows.delete(oldest)
    }
    return window
  }
}

async function readBlob(blob: Blob, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const part = blob.slice(offset, offset + length)
  const bytes = await part.arrayBuffer().catch(cause => {
    throw new ShoalError('io', 'a shared file was changed or deleted: share it again', { cause })
  })
  return new Uint8Array(bytes)
}
