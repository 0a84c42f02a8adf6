import { useCallback, useEffect, useRef, useState } from 'react'

export interface Asked<Value> {
  /** The last answer, also while the next is on its way. */
  readonly value: Value | undefined
  readonly error: Error | undefined
  readonly loading: boolean
  reload(): void
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what the question depends on.
  useEffect(() => {
    const controller = new AbortController()
    asking.current = controller
    setState(before => ({ ...before, loading: true }))
    latest.current(controller.signal).then(
      value => !controller.signal.aborted && setState({ value, loading: false }),
      error => !controller.signal.aborted && setState(before => ({ ...before, error, loading: false })),
    )
    return () => controller.abort()
  }, [...keys, round])
  return {
    value: state.value,
    error: state.error,
    loading: state.loading,
    reload: useCallback(() => setRound(count => count + 1), []),
    set: useCallback((value: Value) => {
      // An answer that is on its way may be older.
      asking.current?.abort()
      setState({ value, loading: false })
    }, []),
  }
}
