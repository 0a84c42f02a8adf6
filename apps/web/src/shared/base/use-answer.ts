import { useCallback, useEffect, useRef, useState } from 'react'

export interface Asked<Value> {
  /** The last answer, also while the next request runs. */
  readonly value: Value | undefined
  readonly error: Error | undefined
  readonly loading: boolean
  reload(): void
  /**
   * Requests again: at once, or after a running request, so that many calls cause at most one more
   * request.
   */
  refresh(): void
  /** Sets a changed value, before or instead of a new request. */
  set(value: Value): void
}

/**
 * Sends a request, and repeats it when `keys` change. A request is aborted when another one
 * replaces it, and when the component is unmounted.
 */
export function useAnswer<Value>(
  ask: (signal: AbortSignal) => Promise<Value>,
  keys: readonly unknown[],
): Asked<Value> {
  const [state, setState] = useState<{ value?: Value; error?: Error; loading: boolean }>({ loading: true })
  const [round, setRound] = useState(0)
  const latest = useRef(ask)
  latest.current = ask
  const asking = useRef<AbortController | null>(null)
  const isOutdated = useRef(false)
  const reload = useCallback(() => setRound(count => count + 1), [])
  const ended = useCallback(() => {
    asking.current = null
    if (isOutdated.current) reload()
  }, [reload])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller lists the dependencies of the request.
  useEffect(() => {
    const controller = new AbortController()
    asking.current = controller
    isOutdated.current = false
    setState(before => ({ ...before, loading: true }))
    const settle = (answer: { value: Value } | { error: Error }) => {
      if (controller.signal.aborted) return
      setState(before => ({ ...('error' in answer && before), ...answer, loading: false }))
      ended()
    }
    latest.current(controller.signal).then(
      value => settle({ value }),
      error => settle({ error }),
    )
    return () => controller.abort()
  }, [...keys, round])
  return {
    value: state.value,
    error: state.error,
    loading: state.loading,
    reload,
    refresh: useCallback(() => {
      if (asking.current) isOutdated.current = true
      else reload()
    }, [reload]),
    set: useCallback(
      (value: Value) => {
        // The answer to a running request may be older.
        asking.current?.abort()
        setState({ value, loading: false })
        ended()
      },
      [ended],
    ),
  }
}
