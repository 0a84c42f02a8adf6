import { useCallback, useEffect, useRef, useState } from 'react'

export interface Asked<Value> {
  /** The last answer, also while the next is on its way. */
  readonly value: Value | undefined
  readonly error: Error | undefined
  readonly loading: boolean
  reload(): void
  /** Asks again: at once, or when a question that is on its way has been answered, so that many of these cost at most one more. */
  refresh(): void
  /** Shows a changed value before, or instead of, asking again. */
  set(value: Value): void
}

/** Asks, and asks again when `keys` change. A question is aborted when another one replaces it, and when the component is gone. */
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what the question depends on.
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
        // An answer that is on its way may be older.
        asking.current?.abort()
        setState({ value, loading: false })
        ended()
      },
      [ended],
    ),
  }
}
