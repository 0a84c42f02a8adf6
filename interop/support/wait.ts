/** Polls until `probe` returns a value. On timeout, rejects with `what`, a description of the condition. */
export async function until<T>(
  what: string,
  probe: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  options: { timeoutMs?: number; intervalMs?: number; signal?: AbortSignal } = {},
): Promise<T> {
  const { timeoutMs = 60_000, intervalMs = 20, signal } = options
  const deadline = performance.now() + timeoutMs
  let last: unknown
  for (;;) {
    signal?.throwIfAborted()
    try {
      const value = await probe()
      if (value !== null && value !== undefined && value !== false) return value
      last = undefined
    } catch (error) {
      // A server that is not listening yet refuses connections: try again.
      last = error
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${timeoutMs} ms: ${what}${last ? ` (${String(last)})` : ''}`, {
        cause: last,
      })
    }
    await new Promise(resolve => setTimeout(resolve, intervalMs))
  }
}
