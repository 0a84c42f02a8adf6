import type { NodeEvent, Torrent } from '@shoal/api'
import { createContext, useCallback, useContext, useEffect, useRef, useSyncExternalStore } from 'react'
import type { Cell } from '../base/cell.ts'
import { type Asked, useAnswer } from '../base/use-answer.ts'
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

export type { Asked }

/** Asks the node, again when `keys` change, and whenever it comes back after it was gone. */
export function useAsked<Value>(
  ask: (signal: AbortSignal) => Promise<Value>,
  keys: readonly unknown[],
): Asked<Value> {
  const connection = useCell(useNode().events.state)
  const asked = useAnswer(ask, keys)
  const failedAway = asked.error !== undefined && connection === 'online'
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the node is back.
  useEffect(() => {
    if (failedAway) asked.reload()
  }, [connection])
  return asked
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
