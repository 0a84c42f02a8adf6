/** The chat of this node's device, in a worker thread, as the node sees it. */
import { Worker } from 'node:worker_threads'
import type { CallOptions, ChatEvent } from '@shoal/api'
import type { DirectChannel, SignalNews, SignalOrder } from '@shoal/chat/direct'
import { Failure } from '@shoal/daemon/failure'
import type { Hubs } from '../hubs/service.ts'
import type { ChatPeople } from './chat-people.ts'
import { NodeChannels } from './thread/channels.ts'
import type { ChatStart, ChatSurroundings, ForNode, ForThread, PeopleChange } from './thread/contract.ts'
import { NodeHubs } from './thread/hub-access.ts'
import { type SentError, ThreadCalls, toError } from './thread/thread-calls.ts'

/** A thread that has not closed by then is terminated; its journals survive that at any time. */
const CLOSE_MS = 20_000

export interface ChatOwner {
  readonly hubs: Pick<Hubs, 'accessFor'>
  readonly people: ChatPeople
  publish(event: ChatEvent): void
  /** See `ForNode`. */
  signaled(news: SignalNews): void
  warn(message: string): void
  /** Called when the chat has ended by itself after it was open. */
  ended(error: unknown): void
}

export class RunningChat {
  readonly #owner: ChatOwner
  readonly #worker: Worker
  readonly #calls: ThreadCalls<ForThread>
  readonly #hubs: NodeHubs
  readonly #channels: NodeChannels
  readonly #exited: Promise<void>
  readonly #unlisten: () => void
  #isOpen = false
  #isClosing = false

  /** Starts the thread and opens the chat in it. Rejects with the reason if that fails. */
  static async open(start: Omit<ChatStart, 'people'>, owner: ChatOwner): Promise<RunningChat> {
    const chat = new RunningChat(owner)
    try {
      await chat.#calls.ask.open({ ...start, people: owner.people.all() })
      chat.#isOpen = true
      return chat
    } catch (error) {
      await chat.close()
      throw error
    }
  }

  private constructor(owner: ChatOwner) {
    this.#owner = owner
    this.#worker = new Worker(new URL('./thread/chat-thread.ts', import.meta.url), { name: 'shoal-chat' })
    const thread = () => this.#calls.ask
    this.#hubs = new NodeHubs(owner.hubs, thread)
    this.#channels = new NodeChannels(thread)
    this.#calls = new ThreadCalls<ForThread>(this.#worker, [this.#answers(), this.#hubs, this.#channels])
    this.#unlisten = owner.people.listen(change => this.#tell(change))
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#exited = promise
    let failure: unknown
    this.#worker.on('error', error => {
      failure = error
    })
    this.#worker.on('exit', () => {
      this.#gone(failure)
      resolve()
    })
  }

  /** Rejects with the operation's error, or with `closed`. */
  operation(name: string, input: unknown, options?: CallOptions): Promise<unknown> {
    return this.#calls.ask.operation({ name, input }, options)
  }

  changed(surroundings: ChatSurroundings): void {
    void this.#calls.ask.surroundings(surroundings)
  }

  /** See `DirectRooms.connect`. */
  connect(channel: DirectChannel): Promise<void> {
    return this.#channels.connect(channel)
  }

  signal(order: SignalOrder): void {
    void this.#calls.ask.signal(order)
  }

  /**
   * Closes the chat. Resolves when the thread has ended and its journals are closed. Idempotent.
   */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true
      this.#unlisten()
      const limit = setTimeout(() => void this.#worker.terminate(), CLOSE_MS)
      await this.#calls.ask.close(undefined).catch(() => {})
      clearTimeout(limit)
      await this.#worker.terminate()
    }
    await this.#exited
  }

  #answers(): Omit<ForNode, keyof NodeHubs | keyof NodeChannels> {
    const { people, publish, signaled, warn } = this.#owner
    return {
      publish,
      signaled,
      warn,
      find: ({ did, home }) => people.find(did, home),
      failed: (error: SentError) => this.#ended(toError(error)),
    }
  }

  #tell(change: PeopleChange): void {
    void this.#calls.ask.people(change)
  }

  #gone(cause: unknown): void {
    const failure = new Failure('closed', 'the thread of the chat has ended: try again in a moment', {
      cause,
    })
    this.#calls.close(failure)
    this.#unlisten()
    this.#hubs.close()
    this.#channels.close()
    this.#ended(failure)
  }

  #ended(error: unknown): void {
    if (this.#isOpen && !this.#isClosing) this.#owner.ended(error)
    this.#isOpen = false
  }
}
