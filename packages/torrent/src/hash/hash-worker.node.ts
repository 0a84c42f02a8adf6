/**
 * The thread of the hash pool: reads runs of pieces and hashes them. It reads synchronously,
 * because it has nothing else to do: this costs a third of an asynchronous read, and the chunk is
 * still in the core's cache when it is hashed.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { isMissing, OPEN_FLAGS } from './file-errors.node.ts'
import { PieceHasher } from './piece-hasher.ts'
import type { Run } from './runs.ts'

/** A run to hash. */
export interface RunRequest {
  readonly id: number
  readonly run: Run
  readonly withSha1: boolean
  readonly withTree: boolean
  /** One number in shared memory; nonzero once the result is no longer needed. */
  readonly cancelled: Int32Array
}

/** The digests of a run's pieces as in PieceDigests, or the error. */
export interface RunReply {
  readonly id: number
  /** 1 for each piece whose bytes were all available. */
  readonly present: Uint8Array<ArrayBuffer>
  readonly sha1: Uint8Array<ArrayBuffer> | null
  readonly roots: Uint8Array<ArrayBuffer> | null
  readonly error: { readonly code: string; readonly path: string; readonly message: string } | null
}

/**
 * Bytes per read: half an L2 cache, so that the copy from the page cache is still there when it is
 * hashed, while system calls stay few.
 */
const CHUNK_BYTES = 256 * 1024

const buffer = new Uint8Array(CHUNK_BYTES)

/** Keeps the file that was read last open. */
class OpenFile {
  #path: string | null = null
  #fd = -1
  #missing: string | null = null

  /** Opens `path` unless it is already open. Returns false if it does not exist. */
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

  /**
   * Reads `count` bytes from `offset` to the start of `buffer`. Returns false if the file ends
   * before.
   */
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

/** Thrown when the result of the run is no longer needed. */
class Cancelled extends Error {}

/** Reads a run's segments in order. */
class RunReader {
  readonly #file = new OpenFile()
  readonly #request: RunRequest
  #segment = 0
  /** Bytes already taken from the segment. */
  #taken = 0
  /** The file read last, for error messages. */
  path = ''

  constructor(request: RunRequest) {
    this.#request = request
  }

  /**
   * Feeds the hasher the next `count` bytes. Not `complete` if some are missing; the caller then
   * skips the rest of the piece.
   */
  feed(hasher: PieceHasher, count: number): { fed: number; complete: boolean } {
    const { segments } = this.#request.run
    let fed = 0
    while (fed < count) {
      if (this.#request.cancelled[0] !== 0) throw new Cancelled()
      const step = this.#step(count - fed)
      if (step === 0) return { fed, complete: false }
      const file = segments[this.#segment * 3]!
      if (file < 0) hasher.updateZeros(step)
      else if (this.#read(file, segments[this.#segment * 3 + 1]! + this.#taken, step))
        hasher.update(step === buffer.length ? buffer : buffer.subarray(0, step))
      else return { fed, complete: false }
      this.#advance(step)
      fed += step
    }
    return { fed, complete: true }
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

  /**
   * How many bytes to take at once, within one segment and one buffer. 0 at the end of the
   * segments.
   */
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

const hashers = new Map<string, PieceHasher>()

function hasherFor({ withSha1, withTree }: RunRequest): PieceHasher {
  const key = `${withSha1}/${withTree}`
  const hasher = hashers.get(key) ?? new PieceHasher(withSha1, withTree)
  hashers.set(key, hasher)
  return hasher
}

function hashRun(request: RunRequest): RunReply {
  const { run, id } = request
  const reply = {
    id,
    present: new Uint8Array(run.count),
    sha1: request.withSha1 ? new Uint8Array(run.count * 20) : null,
    roots: request.withTree ? new Uint8Array(run.count * 32) : null,
    error: null,
  }
  const reader = new RunReader(request)
  const hasher = hasherFor(request)
  try {
    for (let piece = 0; piece < run.count; piece++) {
      const sizeBytes = run.shapes[piece * 3]!
      hasher.begin({ sizeBytes, dataBytes: run.shapes[piece * 3 + 1]!, leaves: run.shapes[piece * 3 + 2]! })
      const { fed, complete } = reader.feed(hasher, sizeBytes)
      if (!complete) {
        reader.skip(sizeBytes - fed)
        continue
      }
      hasher.finish(piece, reply.sha1, reply.roots)
      reply.present[piece] = 1
    }
    return reply
  } catch (error) {
    const code =
      error instanceof Cancelled ? 'CANCELLED' : ((error as NodeJS.ErrnoException).code ?? 'UNKNOWN')
    return { ...reply, error: { code, path: reader.path, message: (error as Error).message } }
  } finally {
    reader.close()
  }
}

const port = parentPort
port?.on('message', (request: RunRequest) => {
  const reply = hashRun(request)
  const transfer = [reply.present, reply.sha1, reply.roots].flatMap(bytes => (bytes ? [bytes.buffer] : []))
  port.postMessage(reply, transfer)
})
