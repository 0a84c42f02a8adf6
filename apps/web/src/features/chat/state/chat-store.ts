import { ApiError, type ChatConversation, type ChatPerson, type EventOf } from '@shoal/api'
import { Cell } from '../../../shared/base/cell.ts'
import type { ChatClient } from '../chat-client.ts'

/** Typing and presence end after this time unless they are sent again. */
const TYPING_MS = 8000
const HERE_MS = 120_000

/** A person in a conversation who is typing or present. */
export interface Presence {
  readonly typingUntilMs: number
  readonly hereUntilMs: number
}

export type PresenceKey = `${string} ${string}`
export const presenceKey = (conversation: string, did: string): PresenceKey => `${conversation} ${did}`

/** The conversations, kept up to date by events. */
export class ChatStore {
  readonly client: ChatClient
  /** Newest first. Null until they have been read. */
  readonly conversations = new Cell<readonly ChatConversation[] | null>(null)
  readonly failure = new Cell<unknown>(null)
  readonly presence = new Cell<ReadonlyMap<PresenceKey, Presence>>(new Map())
  readonly #stale = new Set<string | null>()
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()
  #isReading = false
  #isClosed = false

  constructor(client: ChatClient) {
    this.client = client
  }

  /** Reads the list and keeps it up to date, until the returned function is called. */
  follow(): () => void {
    this.#isClosed = false
    const end = this.client.listen(event => {
      if (event.type === 'chat') this.#changed(event.conversation)
      else if (event.type === 'chat-presence') this.#show(event)
    })
    this.#changed(null)
    return () => {
      this.#isClosed = true
      end()
      for (const timer of this.#timers) clearTimeout(timer)
      this.#timers.clear()
    }
  }

  retry(): void {
    this.#changed(null)
  }

  /** Replaces a conversation with one that an operation returned. */
  put(conversation: ChatConversation): void {
    const others = (this.conversations.get() ?? []).filter(({ id }) => id !== conversation.id)
    this.conversations.set([...others, conversation].sort(byNewest))
  }

  remove(id: string): void {
    this.conversations.set((this.conversations.get() ?? []).filter(each => each.id !== id))
  }

  #changed(conversation: string | null): void {
    this.#stale.add(conversation)
    void this.#read()
  }

  /** Reads changes. Those that happen meanwhile are read after it. */
  async #read(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    while (this.#stale.size > 0 && !this.#isClosed) {
      const ids = [...this.#stale]
      this.#stale.clear()
      try {
        await this.#readSome(ids)
        this.failure.set(null)
      } catch (error) {
        this.failure.set(error)
      }
    }
    this.#isReading = false
  }

  async #readSome(ids: readonly (string | null)[]): Promise<void> {
    const { api } = this.client
    if (ids.includes(null) || this.conversations.get() === null) {
      // Otherwise browsers report the rejection as an unhandled error of the page.
      const { problem } = await api.getChat({})
      if (problem) throw new ApiError(problem.code, problem.message)
      this.conversations.set([...(await api.listConversations({})).items].sort(byNewest))
      return
    }
    for (const id of ids)
      try {
        this.put(await api.getConversation({ conversation: id! }))
      } catch (error) {
        if ((error as { code?: string }).code !== 'not-found') throw error
        this.remove(id!)
      }
  }

  #show({ conversation, did, what }: EventOf<'chat-presence'>): void {
    const nowMs = Date.now()
    const key = presenceKey(conversation, did)
    const typingUntilMs = what === 'typing' ? nowMs + TYPING_MS : 0
    const hereUntilMs = what === 'away' ? 0 : nowMs + HERE_MS
    this.presence.set(new Map(this.presence.get()).set(key, { typingUntilMs, hereUntilMs }))
    if (what === 'typing') this.#expireAfter(TYPING_MS)
    if (hereUntilMs > 0) this.#expireAfter(HERE_MS)
  }

  /** Updates the screen when presence has expired. */
  #expireAfter(ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.presence.set(new Map(this.presence.get()))
    }, ms + 50)
    this.#timers.add(timer)
  }
}

function byNewest(one: ChatConversation, other: ChatConversation): number {
  return (other.last?.sentMs ?? 0) - (one.last?.sentMs ?? 0)
}

/**
 * Returns all persons who are known in a conversation: its members, and in the room of a share
 * those who wrote messages.
 */
export function peopleOf(
  { members }: ChatConversation,
  senders: Iterable<ChatPerson>,
): ReadonlyMap<string, ChatPerson> {
  const people = new Map<string, ChatPerson>()
  for (const person of senders) people.set(person.did, person)
  for (const member of members) people.set(member.did, member)
  return people
}
