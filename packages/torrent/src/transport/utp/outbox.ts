interface Entry {
  bytes: Uint8Array
  readonly onSent: (() => void) | undefined
}

/** Bytes that were written and are not in packets yet. */
export class Outbox {
  /** Number of bytes. */
  length = 0
  #entries: Entry[] = []
  #first = 0
  /** Bytes of the first entry that were taken. */
  #taken = 0

  push(bytes: Uint8Array, onSent: (() => void) | undefined): void {
    if (bytes.length === 0) return onSent?.()
    this.#entries.push({ bytes, onSent })
    this.length += bytes.length
  }

  /** Moves up to `count` bytes to `target`, from `at` on. Returns how many. */
  take(target: Uint8Array, at: number, count: number): number {
    const wanted = Math.min(count, this.length)
    let moved = 0
    while (moved < wanted) {
      const { bytes, onSent } = this.#entries[this.#first]!
      const part = Math.min(wanted - moved, bytes.length - this.#taken)
      target.set(bytes.subarray(this.#taken, this.#taken + part), at + moved)
      moved += part
      this.#taken += part
      this.length -= part
      if (this.#taken < bytes.length) break
      this.#leave()
      onSent?.()
    }
    return moved
  }

  /** Drops everything. */
  clear(): void {
    const rest = this.#entries.slice(this.#first)
    this.#entries = []
    this.#first = 0
    this.#taken = 0
    this.length = 0
    for (const { onSent } of rest) onSent?.()
  }

  #leave(): void {
    this.#taken = 0
    this.#first++
    if (this.#first < this.#entries.length && this.#first < 64) return
    this.#entries.splice(0, this.#first)
    this.#first = 0
  }
}
