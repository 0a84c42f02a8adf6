import type { NodeEvent, Topic } from '@shoal/api'
import { isFamily, TOPICS } from '@shoal/api/event-topics'
import { Failure } from '@shoal/daemon/failure'
import type { NodeEvents, OutgoingEvent } from './contract.ts'

const PLAIN_TOPICS: readonly string[] = Object.keys(TOPICS).filter(name => !isFamily(name))

type Listener = (event: OutgoingEvent) => void

/**
 * Starts to collect events of a topic such as `torrent:ID`, until the returned function is called.
 * Throws `not-found`.
 */
export type WatchTopic = (id: string) => () => void

/** Events of the node, and the listeners of each topic. */
export class EventHub implements NodeEvents {
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #watches = new Map<string, () => void>()
  readonly #families = new Map<string, { readonly ids: RegExp; readonly watch: WatchTopic }>()
  #revision = 1

  get revision(): number {
    return this.#revision
  }

  /**
   * Adds topics `NAME:ID` for ids that match `ids`. Their events are collected only while there is
   * a listener.
   */
  addFamily(name: string, ids: RegExp, watch: WatchTopic): void {
    this.#families.set(name, { ids, watch })
  }

  subscribe(topic: Topic, listener: Listener): () => void {
    const [name, id = ''] = topic.split(/:(.*)/s) as [string, string?]
    const family = this.#families.get(name)
    const watch = family?.ids.test(id) ? family.watch : null
    if (watch === null && !PLAIN_TOPICS.includes(topic))
      throw new Failure(
        'bad-request',
        `there is no topic ${topic.slice(0, 100)}: choose from ${[...PLAIN_TOPICS, ...[...this.#families.keys()].map(each => `${each}:ID`)].join(', ').replace(/, (?=[^,]*$)/, ' and ')}`,
        {
          field: 'topics',
        },
      )
    const listeners = this.#listeners.get(topic) ?? new Set()
    // A listener that subscribes twice can end each subscription separately.
    const mine: Listener = event => listener(event)
    if (watch && listeners.size === 0) this.#watches.set(topic, watch(id))
    this.#listeners.set(topic, listeners)
    listeners.add(mine)
    return () => {
      if (!listeners.delete(mine) || listeners.size > 0) return
      this.#listeners.delete(topic)
      this.#watches.get(topic)?.()
      this.#watches.delete(topic)
    }
  }

  /** Returns whether there is a listener; otherwise no event need be created. */
  hasListeners(topic: Topic): boolean {
    return this.#listeners.has(topic)
  }

  publish(topic: Topic, event: NodeEvent): void {
    if (event.type === 'torrents') this.#revision = event.revision
    const listeners = this.#listeners.get(topic)
    if (!listeners) return
    const outgoing = serialisedOnce(event)
    for (const listener of [...listeners]) listener(outgoing)
  }

  /** Stops all topics when the node ends. */
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
