import type { NodeEvent, Topic } from '@shoal/api'
import { badRequest } from '@shoal/daemon/http'
import type { NodeEvents, OutgoingEvent } from '../../kernel/contract.ts'

/** Number of buffered bytes above which events to a slow client are dropped. */
const MAX_BUFFERED = 4 * 1024 * 1024
/** Number of buffered bytes at which the client receives what it missed. */
const DRAINED = 64 * 1024
const MAX_TOPICS = 100

/** A WebSocket or a stream of server-sent events. */
export interface EventSink {
  readonly bufferedBytes: number
  /** Calls back when the text has been written or has failed. */
  send(text: string, written: () => void): void
}

/** A client that receives events: its topics, and its backpressure. */
export class EventClient {
  readonly #sink: EventSink
  readonly #events: NodeEvents
  readonly #topics = new Map<Topic, () => void>()
  #dropping = false

  constructor(sink: EventSink, events: NodeEvents, startedMs: number) {
    this.#sink = sink
    this.#events = events
    this.#tell({ type: 'hello', revision: events.revision, startedMs })
  }

  /** Throws `bad-request` for no topic or too many, `not-found` for an unknown torrent. */
  subscribe(topic: Topic): void {
    if (this.#topics.has(topic)) return
    if (this.#topics.size >= MAX_TOPICS)
      throw badRequest('subscribe', `at most ${MAX_TOPICS} topics at a time`)
    this.#topics.set(
      topic,
      this.#events.subscribe(topic, event => this.#take(event)),
    )
  }

  unsubscribe(topic: Topic): void {
    this.#topics.get(topic)?.()
    this.#topics.delete(topic)
  }

  close(): void {
    for (const stop of this.#topics.values()) stop()
    this.#topics.clear()
  }

  #take(event: OutgoingEvent): void {
    if (this.#sink.bufferedBytes > MAX_BUFFERED) this.#dropping = true
    if (!this.#dropping) this.#send(event.text())
  }

  #send(text: string): void {
    this.#sink.send(text, () => {
      if (!this.#dropping || this.#sink.bufferedBytes > DRAINED) return
      this.#dropping = false
      this.#tell({ type: 'resync' })
    })
  }

  #tell(event: NodeEvent): void {
    this.#send(JSON.stringify(event))
  }
}
