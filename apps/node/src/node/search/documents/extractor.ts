import { Worker } from 'node:worker_threads'
import { Failure } from '@shoal/daemon/failure'
import type { DocumentReply, DocumentRequest } from './document-thread.ts'
import type { ExtractedText } from './extract-text.ts'
import { DOCUMENT_LIMITS } from './limits.ts'

export interface ExtractorOptions {
  readonly timeMs?: number
  readonly bufferBytes?: number
  readonly heapMb?: number
}

/** Buffers are outside the heap that Node limits, so memory is checked this often. */
const WATCH_MS = 50
/** An idle thread is ended after this time to free its memory. */
const IDLE_MS = 10_000

/**
 * Extracts the text of documents in a thread, one at a time. If a document exceeds a limit, its
 * thread is terminated, and the next one gets a new thread.
 */
export class Extractor {
  readonly #timeMs: number
  readonly #bufferBytes: number
  readonly #heapMb: number
  #worker: Worker | null = null
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: ExtractorOptions = {}) {
    this.#timeMs = options.timeMs ?? DOCUMENT_LIMITS.timeMs
    this.#bufferBytes = options.bufferBytes ?? DOCUMENT_LIMITS.bufferBytes
    this.#heapMb = options.heapMb ?? DOCUMENT_LIMITS.heapMb
  }

  /**
   * Returns the text of the file at `path`, according to the extension of `name`. Rejects with
   * `not-found`, `no-permission`, `io`, `unsupported`, `too-large`, `bad-document`, `timeout`,
   * `closed`, or the signal's reason.
   */
  async extract(path: string, name: string, options: { signal?: AbortSignal } = {}): Promise<ExtractedText> {
    const turn = this.#last.then(() => this.#extract({ path, name }, options.signal))
    this.#last = turn.catch(() => {})
    return turn
  }

  /** Terminates the thread immediately. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#end()
    await this.#last
  }

  async #extract(request: DocumentRequest, signal: AbortSignal | undefined): Promise<ExtractedText> {
    signal?.throwIfAborted()
    if (this.#closed) throw new Failure('closed', 'the document reader is closed')
    clearTimeout(this.#idle)
    this.#worker ??= this.#start()
    const reply = await this.#ask(this.#worker, request, signal)
    this.#idle = setTimeout(() => void this.#end(), IDLE_MS)
    this.#idle.unref()
    if ('code' in reply) throw new Failure(reply.code, reply.message)
    return reply
  }

  #start(): Worker {
    return new Worker(new URL('./document-thread.ts', import.meta.url), {
      name: 'shoal-documents',
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
      // The content of documents must not be logged.
      stdout: true,
      stderr: true,
    })
  }

  /** Settles once; a thread that did not answer properly is terminated. */
  async #ask(worker: Worker, request: DocumentRequest, signal?: AbortSignal): Promise<DocumentReply> {
    const { promise, resolve, reject } = Promise.withResolvers<DocumentReply>()
    const fail = (code: string, why: string) => reject(new Failure(code, `${request.name}: ${why}`))
    const timer = setTimeout(() => fail('timeout', 'reading it takes too long'), this.#timeMs)
    const watch = setInterval(() => this.#watch(worker, fail), WATCH_MS)
    const onAbort = () => reject(signal!.reason)
    const onError = (error: unknown) => {
      const tooMuch = (error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY'
      fail(tooMuch ? 'too-large' : 'bad-document', tooMuch ? 'it takes too much memory' : 'it cannot be read')
    }
    const onExit = () => fail('closed', 'reading it was stopped')
    signal?.addEventListener('abort', onAbort)
    worker.on('message', resolve).on('error', onError).on('exit', onExit)
    try {
      worker.postMessage(request)
      return await promise
    } catch (error) {
      await this.#end()
      throw error
    } finally {
      clearTimeout(timer)
      clearInterval(watch)
      signal?.removeEventListener('abort', onAbort)
      worker.off('message', resolve).off('error', onError).off('exit', onExit)
    }
  }

  #watch(worker: Worker, fail: (code: string, why: string) => void): void {
    worker.getHeapStatistics().then(
      heap => {
        const used = heap.external_memory + heap.malloced_memory
        if (used > this.#bufferBytes) fail('too-large', 'it takes too much memory')
      },
      // It has already ended.
      () => {},
    )
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }
}
