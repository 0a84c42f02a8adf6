import { type NodeEvent, TOPICS, type Topic } from '@shoal/api'
import { Failure } from '../../base/failure.ts'
import type { NodeEvents, OutgoingEvent } from './contract.ts'

type Listener = (event: OutgoingEvent) => void

export interface HubSources {
  readonly revision: () => number
  /** Begins to gather what `torrent:ID` tells, until the returned function is called. Throws `not-found`. */
  watchTorrent(id: string): () => void
}

/** Who listens to what. */
export class EventHub implements NodeEvents {
  readonly #sources: HubSources
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #watches = new Map<string, () => void>()

  constructor(sources: HubSources) {
    this.#sources = sources
  }

  get revision(): number {
    return this.#sources.revision()
  }

  subscribe(topic: Topic, listener: Listener): () => void {
    const id = /^torrent:([0-9a-f]{40}|[0-9a-f]{64})$/.exec(topic)?.[1]
    if (id === undefined && !(TOPICS as readonly string[]).includes(topic))
      throw new Failure(
        'bad-request',
        `there is no topic ${topic.slice(0, 100)}: there are ${TOPICS.join(', ')} and torrent:ID`,
        {
          field: 'topics',
        },
      )
    const listeners = this.#listeners.get(topic) ?? new Set()
    // Who subscribes twice ends each by itself.
    const mine: Listener = event => listener(event)
    if (id !== undefined && listeners.size === 0) this.#watches.set(topic, this.#sources.watchTorrent(id))
    this.#listeners.set(topic, listeners)
    listeners.add(mine)
    return () => {
      if (!listeners.delete(mine) || listeners.size > 0) return
      this.#listeners.delete(topic)
      this.#watches.get(topic)?.()
      this.#watches.delete(topic)
    }
  }

  /** Whether anybody listens: events need not be made otherwise. */
  hasListeners(topic: Topic): boolean {
    return this.#listeners.has(topic)
  }

  publish(topic: Topic, event: NodeEvent): void {
    const listeners = this.#listeners.get(topic)
    if (!listeners) return
    const outgoing = serialisedOnce(event)
    for (const listener of [...listeners]) listener(outgoing)
  }

  /** Ends all gathering; for the end of the node. */
  close(): void {
    for (const stop of this.#watches.values()) stop()
    this.#watches.clear()
    this.#listeners.clear()
  }
}

function serialisedOnce(event: NodeEvent): OutgoingEvent {
  let text: string | null = null
  return {
    event,
    text: () => {
      text ??= JSON.stringify(event)
      return text
    },
  }
}
