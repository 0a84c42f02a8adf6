import type { ChatMessage } from '@shoal/api'
import { Cell } from '../../../shared/base/cell.ts'
import { OneAtATime } from '../../../shared/base/one-at-a-time.ts'
import type { ChatClient } from '../chat-client.ts'

const PAGE = 50
/** Number of messages that are read before new ones, to find their place. */
const BEFORE = 10
/**
 * Up to this many older messages are read one by one. If there are more, all that are shown are
 * read.
 */
const SINGLE = 5
/** The maximum number of messages in one response. */
const MOST = 500
/** More messages than this make a page slow: those far from the scroll position are dropped. */
const KEPT = 600

export interface Messages {
  /** Oldest first. */
  readonly items: readonly ChatMessage[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

/** The loaded part of the messages of a conversation. */
export class MessageWindow {
  readonly conversation: string
  readonly messages = new Cell<Messages | null>(null)
  readonly failure = new Cell<unknown>(null)
  /**
   * Quoted messages that are not among those shown; null for those that this device does not have.
   */
  readonly quoted = new Cell<ReadonlyMap<string, ChatMessage | null>>(new Map())
  readonly #client: ChatClient
  readonly #loading = new OneAtATime()
  readonly #asked = new Set<string>()
  #isReading = false
  /** Messages to read again; null for all that are shown. */
  #stale: Set<string> | null = new Set()

  constructor(client: ChatClient, conversation: string) {
    this.#client = client
    this.conversation = conversation
  }

  /** Follows the conversation until the returned function is called. */
  follow(): () => void {
    return this.#client.listen(event => {
      if (event.type !== 'chat') return
      if (event.conversation === null) void this.refresh(null)
      else if (event.conversation === this.conversation) void this.refresh(event.messages)
    })
  }

  /** Shows the newest messages, or those around one. */
  async open(around: string | null): Promise<void> {
    await this.#try(async () => {
      const { api } = this.#client
      const { conversation } = this
      const input = { conversation, limit: PAGE }
      this.#show(await api.listMessages(around === null ? input : { ...input, around, limit: 2 * PAGE }))
    })
  }

  loadOlder(): Promise<boolean> {
    return this.#loading.run(() =>
      this.#try(async () => {
        const before = this.messages.get()?.items[0]?.id
        if (before === undefined || !this.messages.get()!.hasOlder) return
        const { conversation } = this
        const older = await this.#client.api.listMessages({ conversation, before, limit: PAGE })
        const { items, hasNewer } = this.messages.get()!
        const all = [...older.items, ...items]
        this.#show({
          items: all.slice(0, KEPT),
          hasOlder: older.hasOlder,
          hasNewer: hasNewer || all.length > KEPT,
        })
      }),
    )
  }

  loadNewer(): Promise<boolean> {
    return this.#loading.run(() =>
      this.#try(async () => {
        const last = this.messages.get()?.items.at(-1)?.id
        if (last === undefined || !this.messages.get()!.hasNewer) return
        const { conversation } = this
        const next = await this.#client.api.listMessages({ conversation, around: last, limit: 2 * PAGE })
        const { items, hasOlder } = this.messages.get()!
        const all = merged(items, next.items)
        this.#show({
          items: all.slice(-KEPT),
          hasOlder: hasOlder || all.length > KEPT,
          hasNewer: next.hasNewer,
        })
      }),
    )
  }

  /** Adds a message to `quoted`. */
  async quote(id: string): Promise<void> {
    if (this.#asked.has(id)) return
    this.#asked.add(id)
    const items = await this.#readAround(id).catch(() => [])
    const message = items.find(each => each.id === id) ?? null
    this.quoted.set(new Map(this.quoted.get()).set(id, message))
  }

  /** Replaces a message with one that an operation returned. */
  put(message: ChatMessage): void {
    const shown = this.messages.get()
    if (!shown) return
    const isKnown = shown.items.some(({ id }) => id === message.id)
    if (!isKnown && shown.hasNewer) return
    const items = isKnown
      ? shown.items.map(each => (each.id === message.id ? message : each))
      : [...shown.items, message]
    this.#show({ ...shown, items })
  }

  /** Reads messages that arrived or changed. If null: all that are shown, and those after them. */
  async refresh(ids: readonly string[] | null): Promise<void> {
    if (ids === null) this.#stale = null
    else for (const id of ids) this.#stale?.add(id)
    if (this.#isReading) return
    this.#isReading = true
    while (this.#stale?.size !== 0) {
      const stale = this.#stale
      this.#stale = new Set()
      await this.#try(async () => {
        if (!stale || !(await this.#refreshSome(stale))) await this.#refreshAll()
      })
    }
    this.#isReading = false
  }

  /** Returns false if everything has to be read to find the place of these messages. */
  async #refreshSome(ids: ReadonlySet<string>): Promise<boolean> {
    const shown = this.messages.get()
    if (!shown) return true
    const newest = shown.hasNewer ? [] : await this.#readNewest(ids)
    if (!newest) return false
    const read = new Set(newest.map(({ id }) => id))
    const rest = [...ids].filter(id => !read.has(id))
    if (rest.length > SINGLE) return false
    const { items } = this.messages.get()!
    for (const id of rest) {
      const around = await this.#readAround(id)
      const isShown = items.some(each => each.id === id)
      const message = around.find(each => each.id === id)
      if (isShown && message) this.put(message)
      // The message was dropped, or belongs in the middle of those shown.
      else if (isShown || around.some(each => items.some(({ id: known }) => known === each.id))) return false
    }
    return true
  }

  /**
   * Reads the newest messages, as many as needed to include these. Returns null if there is a gap
   * between them and those shown.
   */
  async #readNewest(ids: ReadonlySet<string>): Promise<readonly ChatMessage[] | null> {
    const { items, hasOlder } = this.messages.get()!
    const isNear = items.slice(-BEFORE).some(({ id }) => ids.has(id))
    const fresh = [...ids].filter(id => !items.some(each => each.id === id)).length
    if (fresh === 0 && !isNear) return []
    const limit = Math.min(PAGE, fresh + BEFORE)
    const { conversation } = this
    const page = await this.#client.api.listMessages({ conversation, limit })
    const now = this.messages.get()!
    const first = page.items[0]
    const at = now.items.findIndex(({ id }) => id === first?.id)
    const read = new Set(page.items.map(({ id }) => id))
    if (at < 0 || now.hasNewer || now.items.slice(at).some(({ id }) => !read.has(id))) return null
    const older = now.items.slice(0, at)
    if (older.some(({ id }) => read.has(id))) return null
    this.#show({
      items: [...older, ...page.items],
      hasOlder: at > 0 ? hasOlder : page.hasOlder,
      hasNewer: false,
    })
    return page.items
  }

  /** Reads a message and its neighbor. Empty if it is not on this device. */
  async #readAround(id: string): Promise<readonly ChatMessage[]> {
    const { conversation } = this
    try {
      return (await this.#client.api.listMessages({ conversation, around: id, limit: 2 })).items
    } catch (error) {
      if ((error as { code?: string }).code !== 'not-found') throw error
      return []
    }
  }

  async #refreshAll(): Promise<void> {
    const shown = this.messages.get()
    if (!shown) return
    const { conversation } = this
    const middle = shown.items[Math.floor(shown.items.length / 2)]?.id
    const limit = Math.min(MOST, Math.max(PAGE, shown.items.length + PAGE))
    const fresh = await this.#client.api.listMessages(
      shown.hasNewer && middle !== undefined
        ? { conversation, around: middle, limit }
        : { conversation, limit },
    )
    const { items, hasOlder, hasNewer } = this.messages.get()!
    if (hasNewer) {
      const byId = new Map(fresh.items.map(message => [message.id, message]))
      this.#show({ items: items.map(each => byId.get(each.id) ?? each), hasOlder, hasNewer })
      return
    }
    const first = fresh.items[0]
    const at = first ? items.findIndex(({ id }) => id === first.id) : -1
    const older = at > 0 ? items.slice(0, at) : []
    // Messages that were not shown are not added at the top.
    const start = at >= 0 || items.length === 0 ? 0 : fresh.items.findIndex(({ id }) => id === items[0]!.id)
    this.#show({
      items: [...older, ...fresh.items.slice(Math.max(0, start))],
      hasOlder: at > 0 ? hasOlder : start > 0 || fresh.hasOlder,
      hasNewer: fresh.hasNewer,
    })
  }

  /**
   * Shows messages. Unchanged messages stay the same objects, so that they are not rendered again.
   */
  #show(next: Messages): void {
    const known = new Map(this.messages.get()?.items.map(message => [message.id, message]))
    const items = next.items.map(message => {
      const before = known.get(message.id)
      return before && JSON.stringify(before) === JSON.stringify(message) ? before : message
    })
    this.messages.set({ ...next, items })
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.failure.set(null)
    } catch (error) {
      this.failure.set(error)
    }
  }
}

/** Returns the messages of both lists; those of `next` replace older versions. */
function merged(items: readonly ChatMessage[], next: readonly ChatMessage[]): readonly ChatMessage[] {
  const fresh = new Map(next.map(message => [message.id, message]))
  const known = items.map(each => fresh.get(each.id) ?? each)
  const ids = new Set(items.map(({ id }) => id))
  return [...known, ...next.filter(({ id }) => !ids.has(id))]
}
