import type { NodeEvent } from '@shoal/api'
import { topicOf } from '@shoal/api/event-topics'
import { Cell } from '../base/cell.ts'
import type { EventChannel, NodeLink } from './link.ts'

/** `waiting`: until the next attempt. */
export type ConnectionState = 'connecting' | 'online' | 'waiting'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

export interface EventConnectionOptions {
  readonly link: Pick<NodeLink, 'openEvents'>
  /** Topics that are always subscribed. */
  readonly topics: readonly string[]
  onEvent(event: NodeEvent): void
  /**
   * Called when a channel was lost or could not be opened. A rejection or `false` stops further
   * attempts (the session has ended).
   */
  mayRetry?(): Promise<boolean>
  readonly random?: () => number
}

/**
 * `hasMissed`: events may have been lost since the listener was added; the event is then `hello` or
 * `resync`.
 */
export type EventListener = (event: NodeEvent, hasMissed: boolean) => void

interface Listening {
  readonly listener: EventListener
  /** Null: events of all subscribed topics. */
  readonly topic: string | null
  /** Whether the channel was interrupted or replaced since the listener was added. */
  wasCut: boolean
}

/**
 * The node's events, through channels that are reopened when lost. Topics of torrents are
 * subscribed while they have listeners.
 */
export class EventConnection {
  readonly state = new Cell<ConnectionState>('connecting')
  readonly #options: EventConnectionOptions
  readonly #listening = new Set<Listening>()
  #channel: EventChannel | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #closed = false

  constructor(options: EventConnectionOptions) {
    this.#options = options
  }

  open(): void {
    if (this.#closed || this.#channel) return
    clearTimeout(this.#timer)
    this.state.set('connecting')
    const { link, topics } = this.#options
    this.#channel = link.openEvents(topics, {
      received: event => this.#received(event),
      lost: () => void this.#lost(),
    })
    // A node refuses to open a channel for a torrent that was removed, but ignores a later
    // subscription to one.
    const more = new Set([...this.#listening].flatMap(({ topic }) => topic ?? []))
    for (const topic of topics) more.delete(topic)
    if (more.size > 0) this.#channel.send({ subscribe: [...more] })
  }

  /**
   * Calls the listener with the events of a topic, and with `hello` and `resync`, until the
   * returned function is called.
   */
  listen(topic: string | null, listener: EventListener): () => void {
    const listening: Listening = { listener, topic, wasCut: this.state.get() !== 'connecting' }
    if (topic !== null && !this.#isWanted(topic)) this.#channel?.send({ subscribe: [topic] })
    this.#listening.add(listening)
    return () => {
      if (!this.#listening.delete(listening) || topic === null || this.#isWanted(topic)) return
      this.#channel?.send({ unsubscribe: [topic] })
    }
  }

  #isWanted(topic: string): boolean {
    return this.#options.topics.includes(topic) || [...this.#listening].some(each => each.topic === topic)
  }

  /** Tries at once: the machine is online again, or the user asked. */
  retryNow(): void {
    if (this.state.get() === 'waiting') this.open()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#channel?.close()
    this.#channel = null
  }

  #received(event: NodeEvent): void {
    if (event.type === 'hello') {
      this.#failures = 0
      this.state.set('online')
    }
    this.#options.onEvent(event)
    const topic = topicOf(event)
    for (const listening of [...this.#listening]) {
      const hasMissed = event.type === 'resync' || (event.type === 'hello' && listening.wasCut)
      if (event.type === 'hello') listening.wasCut = true
      if (listening.topic === null || topic === null || listening.topic === topic)
        listening.listener(event, hasMissed)
    }
  }

  async #lost(): Promise<void> {
    this.#channel = null
    if (this.#closed) return
    for (const listening of this.#listening) listening.wasCut = true
    this.state.set('waiting')
    const wait = waitMs(this.#failures++, this.#options.random ?? Math.random)
    const mayRetry = await this.#options.mayRetry?.().catch(() => true)
    if (mayRetry === false || this.#closed || this.#channel) return
    this.#timer = setTimeout(() => this.open(), wait)
  }
}

/**
 * Returns the delay of the next attempt. It doubles with every failure, and is randomized so that
 * pages do not reconnect at the same time.
 */
export function waitMs(failures: number, random: () => number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures)
  return longest * (0.5 + random() / 2)
}
