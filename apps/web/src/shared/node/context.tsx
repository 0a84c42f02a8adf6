import type { NodeEvent, Torrent } from '@shoal/api'
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { Cell } from '../base/cell.ts'
import type { NodeStore } from './node-store.ts'

export const NodeContext = createContext<NodeStore | null>(null)

/** The node. Its `api` is the contract's NodeApi; `torrents`, `stats`, `jobs`, `labels` are kept up to date by events. */
export function useNode(): NodeStore {
  const node = useContext(NodeContext)
  if (!node) throw new Error('useNode needs a NodeContext above it')
  return node
}

export function useCell<Value>(cell: Cell<Value>): Value {
  return useSyncExternalStore(cell.subscribe, cell.get)
}

/** Whether the node runs a capability; false until it has named them. */
export function useCapability(name: string): boolean {
  return useCell(useNode().info)?.capabilities.includes(name) ?? false
}

/** One torrent, rendered again when it changes; undefined when it is not (or no longer) there. */
export function useTorrent(id: string): Torrent | undefined {
  const { torrents } = useNode()
  const subscribe = useCallback((tell: () => void) => torrents.onRow(id, tell), [torrents, id])
  return useSyncExternalStore(subscribe, () => torrents.get(id))
}

/** Listens to a topic (`torrent:ID`, `log`) for as long as the component is there. */
export function useTopic(topic: string, listener: (event: NodeEvent) => void): void {
  const node = useNode()
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => node.listen(topic, event => latest.current(event)), [node, topic])
}

export interface Asked<Value> {
  /** The last answer, also while the next is on its way. */
  readonly value: Value | undefined
  readonly error: Error | undefined
  readonly loading: boolean
  reload(): void
  /** Shows a changed value before, or instead of, asking again. */
  set(value: Value): void
}

/** Asks the node, again when `keys` change, and whenever it comes back after it was gone. */
export function useAsked<Value>(
  ask: (signal: AbortSignal) => Promise<Value>,
  keys: readonly unknown[],
): Asked<Value> {
  const node = useNode()
  const connection = useCell(node.events.state)
  const [state, setState] = useState<{ value?: Value; error?: Error; loading: boolean }>({ loading: true })
  const [round, setRound] = useState(0)
  const latest = useRef(ask)
  latest.current = ask
  const asking = useRef<AbortController | null>(null)
  const failedAway = state.error !== undefined && connection === 'online'
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the node is back.
  useEffect(() => {
    if (failedAway) setRound(count => count + 1)
  }, [connection])
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

/** Asks the node as `useAsked` does, and again `everyMs` after each answer. */
export function useAskedEvery<Value>(
  everyMs: number,
  ask: (signal: AbortSignal) => Promise<Value>,
  keys: readonly unknown[],
): Asked<Value> {
  const asked = useAsked(ask, keys)
  const { value, error, reload } = asked
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer for each answer
  useEffect(() => {
    const timer = setTimeout(reload, everyMs)
    return () => clearTimeout(timer)
  }, [value, error, everyMs, reload])
  return asked
}
