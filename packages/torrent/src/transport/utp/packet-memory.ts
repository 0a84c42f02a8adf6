/**
 * Memory for packets of all connections of a socket: received ones that are held, and sent ones
 * that are not acknowledged.
 */
const MAX_HELD_BYTES = 64 * 1024 * 1024
const MAX_SENT_BYTES = 64 * 1024 * 1024
/** Number of buffers that are kept for reuse. */
const MAX_POOLED = 4096

/** The memory that the connections of a socket share. */
export class PacketMemory {
  /** Remaining memory for received packets, to be counted by the connections that hold them. */
  receiveRoomBytes = MAX_HELD_BYTES
  #sentBytes = 0
  readonly #pooledBytes: number
  readonly #pool: Uint8Array[] = []

  /** `pooledBytes`: size of the buffers to reuse, the most common one. */
  constructor(pooledBytes: number) {
    this.#pooledBytes = pooledBytes
  }

  /** Whether another packet may be sent. */
  get hasRoom(): boolean {
    return this.#sentBytes < MAX_SENT_BYTES
  }

  /** Returns a buffer with arbitrary content for a packet to be sent. */
  take(bytes: number): Uint8Array {
    this.#sentBytes += bytes
    return (bytes === this.#pooledBytes && this.#pool.pop()) || new Uint8Array(bytes)
  }

  giveBack(buffer: Uint8Array): void {
    this.#sentBytes -= buffer.length
    if (buffer.length === this.#pooledBytes && this.#pool.length < MAX_POOLED) this.#pool.push(buffer)
  }
}
