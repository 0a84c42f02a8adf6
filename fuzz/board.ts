const HEAD_BYTES = 8
const MOST_BYTES = 1 << 20

/**
 * Shared memory in which a thread shows the input that it is about to run: readable even if the
 * thread never returns.
 */
export class Board {
  readonly memory: SharedArrayBuffer
  readonly #head: Int32Array
  readonly #bytes: Uint8Array

  constructor(memory = new SharedArrayBuffer(HEAD_BYTES + MOST_BYTES)) {
    this.memory = memory
    this.#head = new Int32Array(memory, 0, 2)
    this.#bytes = new Uint8Array(memory, HEAD_BYTES)
  }

  /** Changes with every input. */
  get count(): number {
    return Atomics.load(this.#head, 0)
  }

  get input(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, Atomics.load(this.#head, 1)))
  }

  write(input: Uint8Array): void {
    this.#bytes.set(input.subarray(0, MOST_BYTES))
    Atomics.store(this.#head, 1, Math.min(input.length, MOST_BYTES))
    Atomics.add(this.#head, 0, 1)
  }
}
