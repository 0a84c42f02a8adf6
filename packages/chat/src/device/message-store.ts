/**
 * All messages of a conversation opened or written by this device: the newest in memory, older ones
 * in pages.
 */
import type { Cbor } from '@shoal/identity/signed-cbor'
import { equalBytes, latin1 } from '@shoal/torrent/base'
import type { MessageId, Shown, Timeline, TimelineRules } from '../conversations/index.ts'
import { HistoryPages, type PagesGiven } from './history-pages.ts'
import {
  arrivedOf,
  type Kept,
  KeptMessages,
  MESSAGE_KIND,
  readKept,
  targetOf,
  writeKept,
} from './kept-messages.ts'
import { leavingMemory } from './leaving-memory.ts'
import { Outgoing } from './outgoing.ts'
import { TouchedMessages } from './touched-messages.ts'

const KIND = { ...MESSAGE_KIND, failed: 10, mark: 13, pages: 14 } as const

export interface Unread {
  readonly messages: number
  readonly mentions: number
}

export interface StoreGiven extends PagesGiven {
  readonly rules: TimelineRules & {
    /** Whether a message counts as unread, and as a mention of this person. */
    counts(message: Shown): { readonly isUnread: boolean; readonly isMention: boolean }
  }
  /** Messages per page. Between this number and twice as many are in memory. */
  readonly pageMessages: number
}

/**
 * The list that contains a message, from the oldest page to those in memory, and its position in
 * it.
 */
export interface MessagePlace {
  readonly list: number
  readonly at: number
}

export interface WholeHistory {
  readonly count: number
  /** Numbers in pages, and in memory. */
  readonly parts: number
  /** Reads a part, the oldest message first, without caching pages. */
  read(part: number): Promise<readonly Kept[]>
}

interface Mark {
  readonly upTo: MessageId
  readonly sequence: number | null
}

export class MessageStore {
  readonly #given: StoreGiven
  readonly #write: (record: Cbor) => Promise<void>
  readonly #newest: KeptMessages
  /** Messages that were read ahead of their turn, for display. They are not stored. */
  readonly ahead: KeptMessages
  #pages!: HistoryPages
  /** Number of valid pages, until they are open. */
  #pageCount = 0
  readonly outgoing = new Outgoing()
  /** How often messages have left memory: readers of several lists then start over. */
  moves = 0
  readonly touched = new TouchedMessages()
  /** Read position of each person by DID, as far as they share it. */
  readonly marks = new Map<string, Mark>()
  /** Counts for those in pages. */
  #unread: Unread = { messages: 0, mentions: 0 }

  /** `write` appends a record to the journal of the history. */
  constructor(given: StoreGiven, write: (record: Cbor) => Promise<void>) {
    this.#given = given
    this.#write = write
    this.#newest = new KeptMessages(given.rules, given.device)
    this.ahead = new KeptMessages(given.rules, given.device)
  }

  /** After all records were applied. */
  async open(): Promise<void> {
    this.#pages = await HistoryPages.open(this.#given, this.#pageCount)
    this.touched.take()
  }

  /** The newest messages, which are in memory. */
  get timeline(): Timeline {
    return this.#newest.timeline
  }

  /** Number of lists: pages, those in memory, those that were read ahead. */
  get lists(): number {
    return this.#pages.count + (this.ahead.size > 0 ? 2 : 1)
  }

  /** All messages in memory, oldest first. */
  get inMemory(): readonly Shown[] {
    return [...this.timeline.shown, ...this.ahead.timeline.shown]
  }

  /** Names of journals besides the one of the history. */
  get journals(): readonly string[] {
    return this.#pages.names
  }

  /** Returns the message of the entry with this client id, or null. */
  async find(clientId: Uint8Array): Promise<Kept | null> {
    const known = this.#newest.get(clientId)
    if (known) return known
    const number = await this.#pages.find(clientId)
    return number === null ? null : (await this.#pages.load(number)).get(clientId)
  }

  /** Returns the message shown under this id, or null. */
  async shown(id: MessageId): Promise<Kept | null> {
    const known = this.#newest.shown(id)
    if (known) return known
    const number = await this.#pages.find(id)
    return number === null ? null : (await this.#pages.load(number)).shown(id)
  }

  /** Yields all messages, including changes of others, for copies of the history. */
  get whole(): WholeHistory {
    const pages = this.#pages
    return {
      count: pages.size + this.#newest.size,
      parts: pages.count + 1,
      read: async number => {
        const { all } = number < pages.count ? await pages.read(number) : this.#newest
        return all.toSorted(
          (one, other) =>
            (one.sequence ?? Number.POSITIVE_INFINITY) - (other.sequence ?? Number.POSITIVE_INFINITY),
        )
      },
    }
  }

  /** Messages in memory that are not in the log as far as it was read. */
  get withoutPlace(): readonly Kept[] {
    return this.#newest.all.filter(({ sequence }) => sequence === null)
  }

  /** Reads one of the lists, oldest message first. Caches a page only if `isKept`. */
  async list(number: number, isKept: boolean): Promise<readonly Shown[]> {
    if (number === this.#pages.count) return this.timeline.shown
    if (number > this.#pages.count) return this.ahead.timeline.shown
    const page = await (isKept ? this.#pages.load(number) : this.#pages.read(number))
    for (const { change, target } of this.#newest.changesOfOthers)
      if (page.shown(target) && !page.get(change.clientId)) page.add(change)
    return page.timeline.shown
  }

  async locate(id: MessageId): Promise<MessagePlace | null> {
    const isIt = (shown: Shown) => equalBytes(shown.id, id)
    const at = this.timeline.shown.findIndex(isIt)
    if (at >= 0) return { list: this.#pages.count, at }
    const atAhead = this.ahead.timeline.shown.findIndex(isIt)
    if (atAhead >= 0) return { list: this.#pages.count + 1, at: atAhead }
    const list = await this.#pages.find(id)
    if (list === null) return null
    const place = { list, at: (await this.list(list, true)).findIndex(isIt) }
    return place.at < 0 ? null : place
  }

  /** Counts messages after the last read one. */
  unread(readUpTo: MessageId | null): Unread {
    const shown = this.inMemory
    const from = readUpTo === null ? 0 : shown.findIndex(({ id }) => equalBytes(id, readUpTo)) + 1
    const { messages, mentions } = countUnread(this.#given.rules, shown.slice(from))
    // If it is in memory, everything in pages was read.
    if (from > 0) return { messages, mentions }
    return { messages: messages + this.#unread.messages, mentions: mentions + this.#unread.mentions }
  }

  /** Stores a message; replaces another one with its client id. */
  async keep(opened: Kept, isOwn: boolean): Promise<void> {
    const { id } = arrivedOf(opened)
    const shown = isOwn ? null : await this.shown(id)
    const isRepeated = shown !== null && !equalBytes(shown.clientId, opened.clientId)
    const message = { ...opened, isRepeated }
    await this.#write(writeKept(message, isOwn))
    this.#add(message, isOwn)
    if (this.ahead.get(message.clientId)) this.ahead.delete([message])
  }

  async place({ clientId }: Kept, sequence: number): Promise<void> {
    if (this.#newest.get(clientId)) {
      await this.#write([KIND.placed, clientId, sequence])
      return this.#place(clientId, sequence)
    }
    const number = await this.#pages.find(clientId)
    if (number === null) return
    await this.#pages.place(number, clientId, sequence)
    this.touched.addAll()
  }

  /** An own message cannot be delivered. */
  async fail(clientId: Uint8Array): Promise<void> {
    await this.#write([KIND.failed, clientId])
    this.#fail(clientId)
  }

  /** Forgets a message of another device. */
  async drop({ clientId }: Kept): Promise<void> {
    const known = this.#newest.get(clientId)
    if (known) {
      await this.#write([KIND.dropped, clientId])
      return this.#forget(known)
    }
    const number = await this.#pages.find(clientId)
    if (number === null) return
    await this.#pages.drop(number, clientId)
    this.touched.addAll()
  }

  /** Records that a person has read everything up to a message. */
  async mark(did: string, upTo: MessageId): Promise<void> {
    const sequence = this.#newest.shown(upTo)?.sequence ?? null
    const known = this.marks.get(did)
    if (known && (sequence === null || sequence <= (known.sequence ?? 0))) return
    await this.#write([KIND.mark, did, upTo, sequence])
    this.marks.set(did, { upTo, sequence })
  }

  /** The person has read up to this message: recounts the unread messages in pages. */
  async recount(readUpTo: MessagePlace): Promise<void> {
    if (readUpTo.list >= this.#pages.count && this.#unread.messages === 0) return
    this.#unread = await this.#unreadBehind(readUpTo)
    await this.#write(pagesRecord(this.#pages.count, this.#unread))
  }

  /**
   * Moves the oldest messages to a page if there are too many in memory, and late ones to the page
   * where they belong. `begin` rewrites the journal of the history with `records` once the pages
   * are written. Returns false if nothing was moved.
   */
  async archive(readUpTo: MessageId | null, begin: () => Promise<void>): Promise<boolean> {
    const leaving = await leavingMemory(this.#newest, this.#pages, this.#given.pageMessages)
    if (!leaving) return false
    const { page, more, isLate } = leaving
    const moved = [...page, ...[...more.values()].flat()]
    const count = await this.#pages.write(page, more)
    this.#unread = this.#unreadWith(moved, readUpTo)
    count()
    this.#newest.delete(moved)
    this.moves++
    const read = isLate && readUpTo && (await this.locate(readUpTo))
    if (read) this.#unread = await this.#unreadBehind(read)
    await begin()
    return true
  }

  /** Everything in memory, as records. */
  get records(): readonly Cbor[] {
    return [
      pagesRecord(this.#pages.count, this.#unread),
      ...[...this.marks].map(([did, { upTo, sequence }]) => [KIND.mark, did, upTo, sequence]),
      ...this.#newest.all.map(each => writeKept(each, this.outgoing.has(each))),
      ...[...this.outgoing.failed].map(key => [KIND.failed, fromLatin1(key)]),
    ]
  }

  /** Applies a record. Returns false if it is of another kind. */
  apply(kind: unknown, members: readonly unknown[]): boolean {
    if (kind === KIND.message) {
      const { message, isOwn } = readKept(members)
      this.#add(message, isOwn && equalBytes(message.device, this.#given.device))
    } else if (kind === KIND.placed) this.#place(members[0] as Uint8Array, members[1] as number)
    else if (kind === KIND.failed) this.#fail(members[0] as Uint8Array)
    else if (kind === KIND.dropped) this.#forget(this.#newest.get(members[0] as Uint8Array))
    else if (kind === KIND.mark)
      this.marks.set(members[0] as string, {
        upTo: members[1] as Uint8Array,
        sequence: members[2] as number | null,
      })
    else if (kind === KIND.pages) {
      const [count, messages, mentions] = members as [number, number, number]
      this.#pageCount = count
      this.#unread = { messages, mentions }
    } else return false
    return true
  }

  #add(message: Kept, isOwn: boolean): void {
    if (isOwn && message.sequence === null) this.outgoing.add(message)
    this.#newest.add(message)
    this.#touch(message)
  }

  #place(clientId: Uint8Array, sequence: number): void {
    this.outgoing.placed(clientId)
    const placed = this.#newest.place(clientId, sequence)
    if (placed) this.#touch(placed)
    if (placed && isReadMark(placed)) this.#forget(placed)
  }

  #fail(clientId: Uint8Array): void {
    this.outgoing.fail(clientId)
    const failed = this.#newest.get(clientId)
    if (failed) this.#touch(failed)
    if (failed && isReadMark(failed)) this.#forget(failed)
  }

  #forget(message: Kept | null): void {
    if (!message) return
    this.#newest.delete([message])
    this.#touch(message)
  }

  /** Marks a message as added, changed or dropped. */
  #touch(message: Kept): void {
    const { id, content } = arrivedOf(message)
    if (content?.kind !== 'read') this.touched.add(targetOf(content) ?? id)
  }

  #unreadWith(page: readonly Kept[], readUpTo: MessageId | null): Unread {
    const { shown } = this.timeline
    const at = readUpTo === null ? -1 : shown.findIndex(({ id }) => equalBytes(id, readUpTo))
    const ids = page.map(each => arrivedOf(each).id)
    // Another message may repeat one that stays.
    const moved = new Set(ids.filter((id, at) => this.#newest.shown(id) === page[at]).map(latin1))
    const { messages, mentions } = countUnread(
      this.#given.rules,
      shown.slice(at + 1).filter(({ id }) => moved.has(latin1(id))),
    )
    if (at >= 0) return { messages, mentions }
    return { messages: messages + this.#unread.messages, mentions: mentions + this.#unread.mentions }
  }

  /** Counts those in pages. */
  async #unreadBehind({ list, at }: MessagePlace): Promise<Unread> {
    let [messages, mentions] = [0, 0]
    for (let page = list; page < this.#pages.count; page++) {
      const shown = await this.list(page, false)
      const fresh = countUnread(this.#given.rules, page === list ? shown.slice(at + 1) : shown)
      messages += fresh.messages
      mentions += fresh.mentions
    }
    return { messages, mentions }
  }
}

function pagesRecord(count: number, { messages, mentions }: Unread): Cbor {
  return [KIND.pages, count, messages, mentions]
}

export function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, sign => sign.charCodeAt(0))
}

function countUnread({ counts }: StoreGiven['rules'], shown: readonly Shown[]): Unread {
  const unread = shown.map(counts).filter(({ isUnread }) => isUnread)
  return { messages: unread.length, mentions: unread.filter(({ isMention }) => isMention).length }
}

/** Own read marks are kept until they have been sent. */
function isReadMark(message: Kept): boolean {
  return arrivedOf(message).content?.kind === 'read'
}
