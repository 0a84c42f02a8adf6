import { Worker } from 'node:worker_threads'
import { Failure } from '@shoal/daemon/failure'
import type { IndexCall, IndexReply, IndexThreadData, IndexWork, WorkName } from './index-thread.ts'

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
  readonly ended: Promise<void>
}

/** An idle thread is ended after this time to free its memory. */
const IDLE_MS = 60_000

/** A thread with the index open. Calls start it when necessary. */
export class IndexClient {
  readonly #data: IndexThreadData
  readonly #idleMs: number
  #thread: Thread | null = null
  readonly #ending = new Set<Promise<void>>()
  #idle: NodeJS.Timeout | undefined
  #calls = 0
  #closed = false

  constructor(data: IndexThreadData, idleMs = IDLE_MS) {
    this.#data = data
    this.#idleMs = idleMs
  }

  /** Rejects with the index's Failure, with `io` if the thread ended, or with `closed`. */
  async call<Name extends WorkName>(
    name: Name,
    ...args: IndexWork[Name]['args']
  ): Promise<IndexWork[Name]['result']> {
    if (this.#closed) throw new Failure('closed', 'the search index is closed: open the catalogue again')
    clearTimeout(this.#idle)
    this.#thread ??= this.#start()
    const { worker, waiting } = this.#thread
    const id = this.#calls++
    const result = new Promise<IndexWork[Name]['result']>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (value: never) => void, reject })
    })
    worker.postMessage({ id, name, args } satisfies IndexCall)
    return result
  }

  /** Ends the thread after pending calls; the next call starts a new one. */
  async restart(): Promise<void> {
    this.#stop()
    await Promise.all(this.#ending)
  }

  /** Finishes pending calls. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    await this.restart()
  }

  #start(): Thread {
    const worker = new Worker(new URL('./index-thread.ts', import.meta.url), {
      name: `shoal-${this.#data.role}`,
      workerData: this.#data,
    })
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const thread: Thread = { worker, waiting: new Map(), ended }
    let failure: unknown
    worker.on('error', error => {
      failure = error
    })
    worker.on('exit', () => {
      this.#forget(thread, failure)
      resolve()
    })
    worker.on('message', (reply: IndexReply) => this.#settle(thread, reply))
    this.#ending.add(ended)
    return thread
  }

  #stop(): void {
    clearTimeout(this.#idle)
    this.#thread?.worker.postMessage('close')
    this.#thread = null
  }

  #settle(thread: Thread, reply: IndexReply): void {
    const waiting = thread.waiting.get(reply.id)
    thread.waiting.delete(reply.id)
    if ('error' in reply) waiting?.reject(new Failure(reply.error.code, reply.error.message))
    else waiting?.resolve(reply.result as never)
    if (thread.waiting.size > 0 || thread !== this.#thread) return
    this.#idle = setTimeout(() => this.#stop(), this.#idleMs)
    this.#idle.unref()
  }

  /** A thread that has ended answers no more calls. */
  #forget(thread: Thread, cause: unknown): void {
    if (this.#thread === thread) this.#thread = null
    this.#ending.delete(thread.ended)
    const failure = new Failure('io', 'the search index stopped working: try again', { cause })
    for (const { reject } of thread.waiting.values()) reject(failure)
  }
}
