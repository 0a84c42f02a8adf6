/**
 * Reuses buffers of one size: new memory costs a page fault for every 4 KiB, which is more than
 * hashing them costs.
 */
export class BufferPool {
  readonly #sizeBytes: number
  readonly #keepAtMost: number
  readonly #free: Uint8Array<ArrayBuffer>[] = []

  constructor(options: { sizeBytes: number; keepBytes: number }) {
    this.#sizeBytes = options.sizeBytes
    this.#keepAtMost = Math.max(2, Math.floor(options.keepBytes / options.sizeBytes))
  }

  /** A buffer with arbitrary content. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#free.pop() ?? new Uint8Array(this.#sizeBytes)
  }

  /** Returns a buffer to the pool; the caller must not touch it again. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#free.length < this.#keepAtMost) this.#free.push(buffer)
  }

  clear(): void {
    this.#free.length = 0
  }
}
