import type { NodeEvent } from '@shoal/api'
import { Cell } from '../base/cell.ts'
import type { EventChannel, NodeLink } from './link.ts'

/** `waiting`: for the next try. */
export type ConnectionState = 'connecting' | 'online' | 'waiting'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 15_000

export interface EventConnectionOptions {
  readonly link: Pick<NodeLink, 'openEvents'>
  /** Topics that are always subscribed. */
  readonly topics: readonly string[]
  onEvent(event: NodeEvent): void
  /** Called when a channel was lost or never opened; a rejection or `false` stops further tries (the login is gone). */
  mayRetry?(): Promise<boolean>
  readonly random?: () => number
}

/** The node's events, over channels that are opened again and again; topics of torrents come and go with who looks at them. */
export class EventConnection {
  readonly state = new Cell<ConnectionState>('connecting')
  readonly #options: EventConnectionOptions
  readonly #wanted = new Map<string, number>()
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
    this.#channel = link.openEvents([...topics, ...this.#wanted.keys()], {
      received: event => this.#received(event),
      lost: () => void this.#lost(),
    })
  }

  /** Listens to one more topic until the returned function is called. */
  want(topic: string): () => void {
    const users = this.#wanted.get(topic) ?? 0
    this.#wanted.set(topic, users + 1)
    if (users === 0) this.#channel?.send({ subscribe: [topic] })
    let done = false
    return () => {
      if (!done) this.#release(topic)
      done = true
    }
  }

  #release(topic: string): void {
    const users = this.#wanted.get(topic)! - 1
    if (users > 0) return void this.#wanted.set(topic, users)
    this.#wanted.delete(topic)
    this.#channel?.send({ unsubscribe: [topic] })
  }

  /** Tries at once: the machine is online again, or somebody asked. */
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
  }

  async #lost(): Promise<void> {
    this.#channel = null
    if (this.#closed) return
    this.state.set('waiting')
    const wait = waitMs(this.#failures++, this.#options.random ?? Math.random)
    const mayRetry = await this.#options.mayRetry?.().catch(() => true)
    if (mayRetry === false || this.#closed || this.#channel) return
    this.#timer = setTimeout(() => this.open(), wait)
  }
}

/** Doubles with every failure, and differs from page to page so that they do not come back all at once. */
export function waitMs(failures: number, random: () => number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures)
  return longest * (0.5 + random() / 2)
}
