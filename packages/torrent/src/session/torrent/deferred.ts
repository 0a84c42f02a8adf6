/**
 * Promises that one event resolves, or an error rejects. Each waiter can give up through a signal
 * of its own.
 */
export class Deferred<T> {
  readonly #waiting = new Set<{ resolve(value: T): void; reject(error: unknown): void }>()

  wait(signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = () => entry.reject(signal?.reason)
      const settle = () => {
        this.#waiting.delete(entry)
        signal?.removeEventListener('abort', abort)
      }
      const entry = {
        resolve(value: T) {
          settle()
          resolve(value)
        },
        reject(error: unknown) {
          settle()
          reject(error)
        },
      }
      this.#waiting.add(entry)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  resolve(value: T): void {
    for (const entry of [...this.#waiting]) entry.resolve(value)
  }

  reject(error: unknown): void {
    for (const entry of [...this.#waiting]) entry.reject(error)
  }
}
