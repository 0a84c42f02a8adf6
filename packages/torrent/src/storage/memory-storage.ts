import { ShoalError } from '../base/errors.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { FilePlace, FileStamp, MoveOptions, Storage } from './storage.ts'

/**
 * Bytes of one buffer. Piece lengths are usually a multiple of it, and a torrent with little data
 * takes little memory.
 */
const CHUNK_BYTES = 262_144

/**
 * Keeps a torrent in memory: for browsers without a file system, for tests, and for data that is
 * streamed once. Uses memory only for written ranges, a quarter MiB at a time.
 *
 * It has no folders, so `move` and `rename` do nothing, and unwanted files need no special
 * treatment.
 */
export function createMemoryStorage(layout: PieceLayout): Storage {
  return new MemoryStorage(layout)
}

class MemoryStorage implements Storage {
  readonly #layout: PieceLayout
  readonly #chunks = new Map<number, Uint8Array>()
  /** Written ranges, sorted and disjoint: `[begin, end, begin, end, …]`. */
  readonly #written: number[] = []
  #closed = false

  constructor(layout: PieceLayout) {
    this.#layout = layout
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    this.#check(offset, into.length)
    into.fill(0)
    for (const span of this.#layout.spans(offset, into.length)) {
      const file = this.#layout.files[span.file]!
      if (file.pad) continue
      const begin = file.offsetBytes + span.fileOffset
      if (!this.#hasRun(begin, begin + span.length))
        throw new ShoalError(
          'not-found',
          `Bytes ${begin} to ${begin + span.length} are not stored. Download them first.`,
        )
      this.#copyOut(begin, into.subarray(begin - offset, begin - offset + span.length))
    }
  }

  async readParts(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    for (const part of parts) {
      await this.read(offset, part)
      offset += part.length
    }
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#check(offset, bytes.length)
    for (let at = 0; at < bytes.length; ) {
      const position = offset + at
      const index = Math.floor(position / CHUNK_BYTES)
      const begin = position - index * CHUNK_BYTES
      const count = Math.min(bytes.length - at, CHUNK_BYTES - begin)
      this.#chunk(index).set(bytes.subarray(at, at + count), begin)
      at += count
    }
    this.#addRun(offset, offset + bytes.length)
  }

  async flush(): Promise<void> {
    this.#check(0, 0)
  }

  async setWanted(wanted: readonly boolean[]): Promise<void> {
    this.#check(0, 0)
    if (wanted.length !== this.#layout.files.length)
      throw new ShoalError('bad-argument', `setWanted needs ${this.#layout.files.length} values`)
  }

  async stamps(): Promise<FileStamp[]> {
    this.#check(0, 0)
    return this.#layout.files.map(() => ({ size: -1, mtimeNs: '0' }))
  }

  pathOf(_file: number): null {
    return null
  }

  segments(_offset: number, _length: number): null {
    return null
  }

  setReserving(_active: boolean): void {}

  async move(_directory: string, { moved }: MoveOptions = {}): Promise<void> {
    this.#check(0, 0)
    await moved?.()
  }

  async rename(_renamed: FilePlace['renamed']): Promise<void> {
    this.#check(0, 0)
  }

  async remove(): Promise<void> {
    await this.close()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#chunks.clear()
    this.#written.length = 0
  }

  #check(offset: number, length: number): void {
    if (this.#closed) throw new ShoalError('closed', 'The storage is closed. Add the torrent again.')
    if (!(offset >= 0 && offset + length <= this.#layout.totalBytes))
      throw new ShoalError('bad-argument', `Bytes ${offset} to ${offset + length} are outside the torrent`)
  }

  #chunk(index: number): Uint8Array {
    let chunk = this.#chunks.get(index)
    if (chunk === undefined) {
      chunk = allocate(Math.min(CHUNK_BYTES, this.#layout.totalBytes - index * CHUNK_BYTES))
      this.#chunks.set(index, chunk)
    }
    return chunk
  }

  #copyOut(offset: number, into: Uint8Array): void {
    for (let at = 0; at < into.length; ) {
      const index = Math.floor((offset + at) / CHUNK_BYTES)
      const begin = offset + at - index * CHUNK_BYTES
      const count = Math.min(into.length - at, CHUNK_BYTES - begin)
      into.set(this.#chunk(index).subarray(begin, begin + count), at)
      at += count
    }
  }

  /** Index into `#written` of the first range that ends at or after `offset`. */
  #runFrom(offset: number): number {
    let low = 0
    let high = this.#written.length / 2
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#written[2 * middle + 1]! < offset) low = middle + 1
      else high = middle
    }
    return 2 * low
  }

  #hasRun(begin: number, end: number): boolean {
    const run = this.#runFrom(begin + 1)
    return run < this.#written.length && this.#written[run]! <= begin && end <= this.#written[run + 1]!
  }

  #addRun(begin: number, end: number): void {
    if (begin === end) return
    const first = this.#runFrom(begin)
    let last = first
    while (last < this.#written.length && this.#written[last]! <= end) {
      begin = Math.min(begin, this.#written[last]!)
      end = Math.max(end, this.#written[last + 1]!)
      last += 2
    }
    this.#written.splice(first, last - first, begin, end)
  }
}

function allocate(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    throw new ShoalError('no-space', 'Out of memory. Store the torrent in a folder instead.', { cause })
  }
}
