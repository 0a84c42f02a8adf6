/**
 * The thread of the hash pool: reads runs of pieces and hashes them. It reads synchronously, since it has nothing else to do: that
 * costs a third of an asynchronous read, and the chunk is still in the core's cache when it is hashed.
 */
import { parentPort } from 'node:worker_threads'
import { PieceHasher } from './piece-hasher.ts'
import { Cancelled, RunReader } from './run-reader.node.ts'
import type { Run } from './runs.ts'

/** A run to hash. */
export interface RunRequest {
  readonly id: number
  readonly run: Run
  readonly withSha1: boolean
  readonly withTree: boolean
  /** One number in shared memory: not 0 once nobody wants the result. */
  readonly cancelled: Int32Array
}

/** The digests of its pieces, as PieceDigests has them, or why there are none. */
export interface RunReply {
  readonly id: number
  /** 1 for each piece whose bytes were all there. */
  readonly present: Uint8Array<ArrayBuffer>
  readonly sha1: Uint8Array<ArrayBuffer> | null
  readonly roots: Uint8Array<ArrayBuffer> | null
  readonly error: { readonly code: string; readonly path: string; readonly message: string } | null
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
      const { fed, whole } = reader.feed(hasher, sizeBytes)
      if (!whole) {
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
