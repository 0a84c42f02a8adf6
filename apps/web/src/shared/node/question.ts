import type { NodeApi, NodeEvent, OperationName } from '@shoal/api'
import { createApi } from '@shoal/api/client'
import { isOutdated } from '@shoal/api/event-topics'

type Asking = readonly [OperationName, object]

/** Records which operations a screen calls, to know which events invalidate the answer. */
export class Question {
  #asked: Asking[] = []

  /** Returns the API for a new request: its calls are aborted with the signal, and recorded. */
  begin(api: NodeApi, signal: AbortSignal): NodeApi {
    const asked: Asking[] = []
    this.#asked = asked
    return createApi((name, input, options) => {
      asked.push([name, input])
      return api[name](input as never, { signal, ...options })
    })
  }

  isOutdatedBy(event: NodeEvent): boolean {
    return this.#asked.some(([name, input]) => isOutdated(name, input, event))
  }
}
