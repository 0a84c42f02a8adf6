import { closeSync, openSync, readSync } from 'node:fs'
import { isMissing, OPEN_FLAGS } from './file-errors.node.ts'
import type { RunRequest } from './hash-worker.node.ts'
import type { PieceHasher } from './piece-hasher.ts'

/**
 * Bytes of one read. Half of what an L2 cache holds: the copy from the page cache stays in it until it is hashed, and the system calls
 * are few.
 */
const CHUNK_BYTES = 256 * 1024

const buffer = new Uint8Array(CHUNK_BYTES)

/** The one file that is open. */
class OpenFile {
  #path: string | null = null
  #fd = -1
  #missing: string | null = null

  /** Opens `path` unless it is open already. False when there is no such file. */
  use(path: string): boolean {
    if (this.#path === path) return true
    if (this.#missing === path) return false
    this.close()
    try {
      this.#fd = openSync(path, OPEN_FLAGS)
    } catch (error) {
      if (!isMissing((error as NodeJS.ErrnoException).code ?? '')) throw error
      this.#missing = path
      return false
    }
    this.#path = path
    return true
  }

  /** False when the file ends before `count` bytes from `offset`; else they are at the start of `buffer`. */
  fill(offset: number, count: number): boolean {
    for (let have = 0; have < count; ) {
      const got = readSync(this.#fd, buffer, have, count - have, offset + have)
      if (got === 0) return false
      have += got
    }
    return true
  }

  close(): void {
    if (this.#path !== null) closeSync(this.#fd)
    this.#path = null
  }
}

/** Nobody wants the run any more. */
export class Cancelled extends Error {}

/** Walks along a run's segments. */
export class RunReader {
  readonly #file = new OpenFile()
  readonly #request: RunRequest
  #segment = 0
  /** Bytes of the segment that were taken. */
  #taken = 0
  /** The file that was read last. */
  path = ''

  constructor(request: RunRequest) {
    this.#request = request
  }

  /** Gives the hasher the next `count` bytes. False when some are missing: what is left of the piece is then to be skipped. */
  feed(hasher: PieceHasher, count: number): { fed: number; whole: boolean } {
    const { segments } = this.#request.run
    let fed = 0
    while (fed < count) {
      if (this.#request.cancelled[0] !== 0) throw new Cancelled()
      const step = this.#step(count - fed)
      if (step === 0) return { fed, whole: false }
      const file = segments[this.#segment * 3]!
      if (file < 0) hasher.updateZeros(step)
      else if (this.#read(file, segments[this.#segment * 3 + 1]! + this.#taken, step))
        hasher.update(step === buffer.length ? buffer : buffer.subarray(0, step))
      else return { fed, whole: false }
      this.#advance(step)
      fed += step
    }
    return { fed, whole: true }
  }

  skip(count: number): void {
    for (let left = count, step = 0; left > 0; left -= step) {
      step = this.#step(left)
      if (step === 0) return
      this.#advance(step)
    }
  }

  close(): void {
    this.#file.close()
  }

  #read(file: number, offset: number, count: number): boolean {
    this.path = this.#request.run.paths[file]!
    return this.#file.use(this.path) && this.#file.fill(offset, count)
  }

  /** How much to take at once: within one segment, one buffer. 0 when the segments are used up. */
  #step(count: number): number {
    const { segments } = this.#request.run
    while (this.#segment * 3 < segments.length && this.#taken >= segments[this.#segment * 3 + 2]!) {
      this.#segment++
      this.#taken = 0
    }
    if (this.#segment * 3 >= segments.length) return 0
    return Math.min(count, buffer.length, segments[this.#segment * 3 + 2]! - this.#taken)
  }

  #advance(count: number): void {
    this.#taken += count
  }
}
