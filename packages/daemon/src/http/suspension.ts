import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../failure.ts'

/**
 * Shutdown of a server: pending responses are finished, and each connection is closed after its
 * next one.
 */
export class Suspension {
  readonly #open = new Set<ServerResponse>()
  readonly #refusal: string
  #state: 'open' | 'draining' | 'refusing' = 'open'

  /** `refusal`: message of the `closed` failure for requests after `refuse`. */
  constructor(refusal: string) {
    this.#refusal = refusal
  }

  get isOn(): boolean {
    return this.#state !== 'open'
  }

  /** Tracks the responses of this scope and nested ones. */
  watch(app: FastifyInstance): void {
    app.addHook('onRequest', async (_request, { raw }) => {
      this.#open.add(raw)
      raw.once('close', () => this.#open.delete(raw))
      if (this.#state === 'refusing') throw new Failure('closed', this.#refusal)
    })
    app.addHook('onSend', async (_request, reply) => {
      if (this.isOn) reply.header('connection', 'close')
    })
  }

  /** Continues to respond, and closes each connection after its next response. */
  drain(): void {
    if (this.#state === 'open') this.#state = 'draining'
  }

  /** Refuses further requests; pending responses continue, each as the last of its connection. */
  refuse(): void {
    this.#state = 'refusing'
  }

  /**
   * Resolves when no response is pending, at the latest after this time. At once if it neither
   * drains nor refuses.
   */
  async answered(withinMs: number): Promise<void> {
    const limit = AbortSignal.timeout(withinMs)
    while (this.isOn && this.#open.size > 0 && !limit.aborted)
      await new Promise<void>(resolve => {
        for (const response of this.#open) response.once('close', resolve)
        limit.addEventListener('abort', () => resolve(), { once: true })
      })
  }
}
