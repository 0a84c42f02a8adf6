import type { Socket } from 'node:net'
import { ShoalError } from '../../base/errors.ts'

/**
 * Reads exact numbers of bytes from a socket without other readers. The following bytes stay in
 * the socket. Only one read at a time.
 */
export class ByteReader {
  readonly #socket: Socket
  #wake = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    // One listener for all reads: a new one would be called at once for too few bytes, endlessly.
    socket.on('readable', this.#onChange)
    socket.on('close', this.#onChange)
  }

  /**
   * Rejects with `closed` if the connection ends before, or with the error that the socket was
   * destroyed with.
   */
  async read(count: number): Promise<Uint8Array> {
    if (count === 0) return new Uint8Array(0)
    for (;;) {
      const bytes = this.#socket.read(count) as Uint8Array | null
      if (bytes?.length === count) return new Uint8Array(bytes)
      await this.#change()
    }
  }

  /** Passes arriving bytes to `take`, which returns how many it used, until `isDone`. */
  async readUntil(take: (bytes: Uint8Array) => number, isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      const bytes = this.#socket.read() as Buffer | null
      const used = bytes === null ? 0 : take(bytes)
      if (bytes === null) await this.#change()
      else if (used < bytes.length) this.#socket.unshift(bytes.subarray(used))
    }
  }

  /** Releases the socket to other readers. */
  release(): void {
    this.#socket.off('readable', this.#onChange)
    this.#socket.off('close', this.#onChange)
  }

  readonly #onChange = () => this.#wake()

  async #change(): Promise<void> {
    const socket = this.#socket
    if (!socket.destroyed) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    if (socket.errored) throw socket.errored
    if (socket.destroyed) throw new ShoalError('closed', 'it closed the connection')
  }
}
