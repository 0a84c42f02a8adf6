import { Worker } from 'node:worker_threads'
import { Failure } from '../../cli/failure.ts'
import type { IndexCall, IndexReply, IndexThreadData, IndexWork, WorkName } from './index-thread.ts'

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

/** A thread without work ends after this, and gives its memory back. */
const IDLE_MS = 60_000

/** A thread with the index open. It is started by the first call, and again by the next one when it ended. */
export class IndexClient {
  readonly #data: IndexThreadData
  readonly #idleMs: number
  #worker: Worker | null = null
  readonly #waiting = new Map<number, Waiting>()
  readonly #ending = new Set<Promise<unknown>>()
  #idle: NodeJS.Timeout | undefined
  #calls = 0
  #closed = false

  constructor(data: IndexThreadData, idleMs = IDLE_MS) {
    this.#data = data
    this.#idleMs = idleMs
  }

  /** Rejects with the index's Failure, with `io` when the thread ended, with `closed`. */
  async call<Name extends WorkName>(
    name: Name,
    ...args: IndexWork[Name]['args']
  ): Promise<IndexWork[Name]['result']> {
    if (this.#closed) throw new Failure('closed', 'the search index is closed: open the catalogue again')
    clearTimeout(this.#idle)
    const worker = (this.#worker ??= this.#start())
    const id = this.#calls++
    const result = new Promise<IndexWork[Name]['result']>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: never) => void, reject })
    })
    worker.postMessage({ id, name, args } satisfies IndexCall)
    return result
  }

  /** Ends the thread when it has done what it was asked; the next call starts another. */
  async restart(): Promise<void> {
    this.#stop()
    await Promise.all(this.#ending)
  }

  /** Finishes what was asked. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    await this.restart()
  }

  #start(): Worker {
    const worker = new Worker(new URL('./index-thread.ts', import.meta.url), {
      name: `shoal-${this.#data.role}`,
      workerData: this.#data,
    })
    let failure: unknown
    const ended = new Promise<void>(resolve => {
      worker.on('error', error => {
        failure = error
      })
      worker.on('exit', () => {
        if (this.#worker === worker) this.#worker = null
        this.#ending.delete(ended)
        this.#rejectAll(failure)
        resolve()
      })
    })
    worker.on('message', (reply: IndexReply) => this.#settle(reply))
    this.#ending.add(ended)
    return worker
  }

  #stop(): void {
    clearTimeout(this.#idle)
    this.#worker?.postMessage('close')
    this.#worker = null
  }

  #settle(reply: IndexReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('error' in reply) waiting?.reject(new Failure(reply.error.code, reply.error.message))
    else waiting?.resolve(reply.result as never)
    if (this.#waiting.size > 0) return
    this.#idle = setTimeout(() => this.#stop(), this.#idleMs)
    this.#idle.unref()
  }

  /** A thread that ends by itself answers nothing more. */
  #rejectAll(cause: unknown): void {
    if (this.#worker !== null) return
    const failure = new Failure('io', 'the search index stopped working: search again', { cause })
    for (const { reject } of this.#waiting.values()) reject(failure)
    this.#waiting.clear()
  }
}
