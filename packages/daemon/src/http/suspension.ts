import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../failure.ts'

/** The end of a server: open answers are finished, and each connection ends after its next answer. */
export class Suspension {
  readonly #open = new Set<ServerResponse>()
  readonly #refusal: string
  #state: 'open' | 'draining' | 'refusing' = 'open'

  /** `refusal`: the message of the failure `closed` that requests get after `refuse`. */
  constructor(refusal: string) {
    this.#refusal = refusal
  }

  get isOn(): boolean {
    return this.#state !== 'open'
  }

  /** Watches the answers of this scope and of those within it. */
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

  /** Answers go on, each as the last of its connection. */
  drain(): void {
    if (this.#state === 'open') this.#state = 'draining'
  }

  /** Requests are refused from now on; open answers go on, each as the last of its connection. */
  refuse(): void {
    this.#state = 'refusing'
  }

  /** Resolves when no answer is open, at the latest after this time. At once if it neither drains nor refuses. */
  async answered(withinMs: number): Promise<void> {
    const limit = AbortSignal.timeout(withinMs)
    while (this.isOn && this.#open.size > 0 && !limit.aborted)
      await new Promise<void>(resolve => {
        for (const response of this.#open) response.once('close', resolve)
        limit.addEventListener('abort', () => resolve(), { once: true })
      })
  }
}
