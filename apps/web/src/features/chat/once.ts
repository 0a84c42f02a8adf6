/** Resolves to the first value that is not null. Rejects with the signal's reason. */
export function once<Value>(
  source: { subscribe(onChange: () => void): () => void },
  read: () => Value | null,
  signal: AbortSignal,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const check = () => {
      const value = read()
      if (value === null) return
      end()
      resolve(value)
    }
    const abort = () => {
      end()
      reject(signal.reason)
    }
    const unsubscribe = source.subscribe(check)
    const end = () => {
      unsubscribe()
      signal.removeEventListener('abort', abort)
    }
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    else check()
  })
}
