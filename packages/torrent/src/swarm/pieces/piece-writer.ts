import { ShoalError } from '../../base/errors.ts'
import type { PieceLayout } from '../../metainfo/layout.ts'
import type { Storage } from '../../storage/storage.ts'
import type { PieceBuffer } from './piece-buffer.ts'
import type { PieceBuffers } from './piece-buffers.ts'

/**
 * Share of a transfer's memory for pieces that wait to be written: beyond that, storage is too
 * slow.
 */
const UNWRITTEN_SHARE = 2 / 3

export interface PieceWriterOptions {
  readonly layout: PieceLayout
  readonly storage: Storage
  readonly buffers: PieceBuffers
  onStored(buffer: PieceBuffer): void
  /** Storage refused bytes for the first time since all writes last succeeded. */
  onError(error: ShoalError): void
}

/**
 * Writes verified pieces to storage. A piece that storage refuses is kept, so that it need not be
 * fetched again when there is room.
 */
export class PieceWriter {
  readonly #options: PieceWriterOptions
  #unwrittenBytes = 0
  #maxUnwrittenBytes = 0
  #refused: PieceBuffer[] = []
  #error: ShoalError | undefined
  #closed = false

  constructor(options: PieceWriterOptions) {
    this.#options = options
  }

  /** Memory that the transfer may use for pieces. */
  setMemory(bytes: number): void {
    this.#maxUnwrittenBytes = UNWRITTEN_SHARE * bytes
  }

  /** Bytes of pieces that are being written. */
  get unwrittenBytes(): number {
    return this.#unwrittenBytes
  }

  /** Whether storage refused bytes and has not accepted them yet. */
  get isStuck(): boolean {
    return this.#error !== undefined
  }

  /** Whether more blocks may be requested: not while storage is too slow or refuses writes. */
  get hasRoom(): boolean {
    return this.#unwrittenBytes < this.#maxUnwrittenBytes && !this.#error && !this.#closed
  }

  /** Writes the blocks that are not in storage yet. Never rejects. */
  write(buffer: PieceBuffer): Promise<void> {
    const { layout, storage, onStored } = this.#options
    const size = layout.dataSize(buffer.piece)
    this.#unwrittenBytes += size
    const offset = layout.pieceOffset(buffer.piece)
    const runs = buffer.unsavedRuns().map(run => buffer.bytesOf(run))
    return Promise.all(runs.map(({ at, bytes }) => storage.write(offset + at, bytes))).then(
      () => {
        this.#unwrittenBytes -= size
        onStored(buffer)
      },
      error => {
        this.#unwrittenBytes -= size
        this.#onRefused(buffer, error)
      },
    )
  }

  /** Retries refused writes through `write`. Resolves to whether storage accepted all of them. */
  async retry(write: (buffer: PieceBuffer) => Promise<void>): Promise<boolean> {
    if (this.#closed || !this.#error) return !this.#closed
    this.#error = undefined
    const waiting = this.#refused
    this.#refused = []
    await Promise.all(waiting.map(write))
    return this.#error === undefined
  }

  /** Forgets refused writes. */
  close(): void {
    this.#closed = true
    this.#refused = []
  }

  #onRefused(buffer: PieceBuffer, cause: unknown): void {
    if (this.#closed) return this.#options.buffers.drop(buffer)
    this.#refused.push(buffer)
    if (this.#error) return
    this.#error =
      cause instanceof ShoalError ? cause : new ShoalError('io', `cannot write: ${String(cause)}`, { cause })
    this.#options.onError(this.#error)
  }
}
