/**
 * Calls between two threads over one port, in both directions. Inputs and results are plain data.
 */
import type { CallOptions } from '@shoal/api'

/** A `MessagePort`, or a `Worker`. */
export interface ThreadPort {
  postMessage(frame: Frame): void
  on(event: 'message', listener: (frame: Frame) => void): unknown
}

export type Frame =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: SentError }

/** An error with the members by which receivers distinguish errors. */
export interface SentError {
  readonly message: string
  readonly stack: string | undefined
  readonly code?: unknown
  readonly field?: unknown
  readonly status?: unknown
  readonly afterMs?: unknown
  readonly retryAfterSeconds?: unknown
}

type Call = (input: never, options: Required<CallOptions>) => unknown

/**
 * One end of the port: makes and answers calls. `Theirs`: the functions of the other end, each
 * with one input.
 */
export class ThreadCalls<Theirs extends object> {
  /** Callers may ignore the promises of calls. */
  readonly ask: AsyncCalls<Theirs>
  readonly #port: ThreadPort
  readonly #answerers: readonly Readonly<Record<string, Call | undefined>>[]
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #running = new Map<number, AbortController>()
  #last = 0
  #end: Error | null = null

  /** `answerers`: the functions that the other end can call. */
  constructor(port: ThreadPort, answerers: readonly object[]) {
    this.#port = port
    this.#answerers = answerers as readonly Record<string, Call>[]
    this.ask = new Proxy({} as AsyncCalls<Theirs>, {
      get: (_, name: string) => (input: unknown, options?: CallOptions) => this.#ask(name, input, options),
    })
    port.on('message', frame => this.#received(frame))
  }

  /**
   * The other end has closed or is no longer needed: rejects all calls with the error from now on.
   */
  close(error: Error): void {
    this.#end ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    for (const controller of this.#running.values()) controller.abort(error)
  }

  #ask(name: string, input: unknown, { signal }: CallOptions = {}): Promise<unknown> {
    const result = Promise.withResolvers<unknown>()
    result.promise.catch(() => {})
    const id = ++this.#last
    const cancel = () => {
      this.#post({ kind: 'cancel', id })
      this.#waiting.delete(id)
      result.reject(signal?.reason)
    }
    if (this.#end) result.reject(this.#end)
    else if (signal?.aborted) result.reject(signal.reason)
    else {
      this.#waiting.set(id, result)
      this.#post({ kind: 'call', id, name, input })
      if (!signal) return result.promise
      signal.addEventListener('abort', cancel, { once: true })
      const settled = () => signal.removeEventListener('abort', cancel)
      result.promise.then(settled, settled)
    }
    return result.promise
  }

  #received(frame: Frame): void {
    if (frame.kind === 'call') return void this.#answer(frame)
    if (frame.kind === 'cancel') return this.#running.get(frame.id)?.abort()
    const waiting = this.#waiting.get(frame.id)
    this.#waiting.delete(frame.id)
    if (frame.kind === 'result') waiting?.resolve(frame.value)
    else waiting?.reject(toError(frame.failure))
  }

  async #answer({ id, name, input }: Extract<Frame, { kind: 'call' }>): Promise<void> {
    const controller = new AbortController()
    this.#running.set(id, controller)
    try {
      const answerer = this.#answerers.find(each => name in each)
      const value = await answerer![name]!(input as never, { signal: controller.signal })
      this.#post({ kind: 'result', id, value })
    } catch (error) {
      this.#post({ kind: 'failure', id, failure: toSentError(error) })
    } finally {
      this.#running.delete(id)
    }
  }

  #post(frame: Frame): void {
    if (!this.#end) this.#port.postMessage(frame)
  }
}

type AsyncCalls<Calls> = {
  readonly [Name in keyof Calls]: Calls[Name] extends (input: infer Input, options: never) => infer Result
    ? (input: Input, options?: CallOptions) => Promise<Awaited<Result>>
    : never
}

export function toSentError(error: unknown): SentError {
  const { message, stack, ...members } = pick(error)
  return { message: message ?? String(error), stack, ...defined(members) }
}

export function toError({ message, ...members }: SentError): Error {
  return Object.assign(new Error(message), members)
}

function pick(error: unknown): Partial<SentError> & { readonly stack: string | undefined } {
  const { message, stack, code, field, status, afterMs, retryAfterSeconds } = (error ?? {}) as SentError
  return { message, stack, code, field, status, afterMs, retryAfterSeconds }
}

function defined(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
