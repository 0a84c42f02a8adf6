import type { Item, Snapshot } from './view.ts'

/** An item that shows the progress of hashing, which calls `onProgress`. */
export class HashingItem implements Item {
  readonly id: { path: string }
  readonly name: string
  readonly #startMs = performance.now()
  #doneBytes = 0
  #totalBytes = 0

  constructor(path: string, name: string) {
    this.id = { path }
    this.name = name
  }

  readonly onProgress = ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }): void => {
    this.#doneBytes = doneBytes
    this.#totalBytes = totalBytes
  }

  snapshot(): Snapshot {
    const seconds = (performance.now() - this.#startMs) / 1000
    const rate = seconds > 0 ? this.#doneBytes / seconds : 0
    const left = this.#totalBytes - this.#doneBytes
    return {
      state: 'hashing',
      progress: this.#totalBytes === 0 ? 0 : this.#doneBytes / this.#totalBytes,
      haveBytes: this.#doneBytes,
      wantedBytes: this.#totalBytes,
      downloadBytesPerSecond: rate,
      uploadBytesPerSecond: 0,
      etaSeconds: rate === 0 ? null : left / rate,
      peers: 0,
      seeds: 0,
    }
  }
}
