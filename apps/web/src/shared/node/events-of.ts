import type { NodeEvent, Topic } from '@shoal/api'
import type { EventConnection } from './event-connection.ts'

/**
 * Yields the events of topics, as commands read them, until the signal aborts. Yields `resync` if
 * events may have been lost.
 */
export async function* eventsOf(
  events: EventConnection,
  topics: readonly Topic[],
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<NodeEvent> {
  const waiting: NodeEvent[] = []
  let wake = Promise.withResolvers<void>()
  const stop = () => wake.resolve()
  const ends = topics.map(topic =>
    events.listen(topic, (event, hasMissed) => {
      if (event.type === 'hello' && !hasMissed) return
      waiting.push(hasMissed ? { type: 'resync' } : event)
      wake.resolve()
    }),
  )
  signal.addEventListener('abort', stop)
  try {
    while (!signal.aborted) {
      await wake.promise
      wake = Promise.withResolvers()
      while (waiting.length > 0 && !signal.aborted) yield waiting.shift()!
    }
  } finally {
    signal.removeEventListener('abort', stop)
    for (const end of ends) end()
  }
}
