import { Worker } from 'node:worker_threads'
import type { RunReply, RunRequest } from './hash-worker.node.ts'

export type RunOutcome = RunReply | Error

/** A thread of the pool. It keeps the process alive only while it has work. */
export class HashThread {
  readonly #worker = new Worker(new URL('./hash-worker.node.ts', import.meta.url), {
    name: 'shoal-hash',
    // Its garbage is short-lived and small; the default would let it grow to several MiB per thread
    // before collection.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  })
  readonly #waiting = new Map<number, (outcome: RunOutcome) => void>()
  #failure: Error | null = null

  /** `onEnd` is called when the thread has ended for any reason. */
  constructor(onEnd: () => void) {
    this.#worker.unref()
    this.#worker.on('message', (reply: RunReply) => this.#settle(reply.id, reply))
    this.#worker.on('error', error => {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    })
    this.#worker.on('exit', () => {
      onEnd()
      const failure = this.#failure ?? new Error('the hashing thread ended unexpectedly')
      for (const id of [...this.#waiting.keys()]) this.#settle(id, failure)
    })
  }

  /** Number of unanswered runs. */
  get busy(): number {
    return this.#waiting.size
  }

  /** Queues a run. Calls `done` exactly once, with an Error if the thread ended first. */
  send(request: RunRequest, done: (outcome: RunOutcome) => void): void {
    if (this.#waiting.size === 0) this.#worker.ref()
    this.#waiting.set(request.id, done)
    this.#worker.postMessage(request)
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(id: number, outcome: RunOutcome): void {
    const done = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker.unref()
    done?.(outcome)
  }
}
