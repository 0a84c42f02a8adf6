import type { NodeApi, Torrent } from '@shoal/api'
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
import { type Asked, useAnswer } from '../base/use-answer.ts'
import type { EventListener } from './event-connection.ts'
import type { NodeStore } from './node-store.ts'
import { Question } from './question.ts'

export const NodeContext = createContext<NodeStore | null>(null)

/**
 * Returns the node. Its `api` is the contract's NodeApi; events keep `torrents`, `stats`, `jobs`
 * and `labels` up to date.
 */
export function useNode(): NodeStore {
  const node = useContext(NodeContext)
  if (!node) throw new Error('useNode needs a NodeContext above it')
  return node
}

export function useCell<Value>(cell: Cell<Value>): Value {
  return useSyncExternalStore(cell.subscribe, cell.get)
}

/** Returns whether the node runs a capability; false until it has reported them. */
export function useCapability(name: string): boolean {
  return useCell(useNode().info)?.capabilities.includes(name) ?? false
}

/** Returns a torrent, and renders again when it changes; undefined if it does not exist. */
export function useTorrent(id: string): Torrent | undefined {
  const { torrents } = useNode()
  const subscribe = useCallback((onChange: () => void) => torrents.onRow(id, onChange), [torrents, id])
  return useSyncExternalStore(subscribe, () => torrents.get(id))
}

/**
 * Subscribes to a topic (`torrent:ID`, `log`; null for all topics of the console) while the
 * component is mounted.
 */
export function useTopic(topic: string | null, listener: EventListener): void {
  const { events } = useNode()
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(
    () => events.listen(topic, (event, hasMissed) => latest.current(event, hasMissed)),
    [events, topic],
  )
}

export type { Asked }

/**
 * Sends requests to the node through the API that `ask` receives; its calls are aborted when they
 * are not needed any longer. Repeats them when `keys` change, when an event invalidates the answer,
 * when events were lost, and when the node is reachable again.
 */
export function useAsked<Value>(
  ask: (api: NodeApi) => Promise<Value>,
  keys: readonly unknown[],
): Asked<Value> {
  const { api } = useNode()
  const [question] = useState(() => new Question())
  const asked = useAnswer(signal => ask(question.begin(api, signal)), keys)
  useTopic(null, (event, hasMissed) => {
    const hasFailed = event.type === 'hello' && asked.error !== undefined
    if (hasMissed || hasFailed || question.isOutdatedBy(event)) asked.refresh()
  })
  return asked
}

/** Like `useAsked`, and repeats the request `everyMs` after each answer. */
export function useAskedEvery<Value>(
  everyMs: number,
  ask: (api: NodeApi) => Promise<Value>,
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
