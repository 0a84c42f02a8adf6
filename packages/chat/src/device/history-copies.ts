/** Exports and imports of a device's history: lines of JSON for a file or another device. */
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { base64urlnopad } from '@scure/base'
import { fromHex, hex } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type { Conversation } from './conversation.ts'
import type { Given } from './given.ts'
import { ArrivingHistory, linesOf } from './history-lines.ts'
import type { Journal } from './ports.ts'

/** A page of lines ends after the block of a conversation that reaches this size. */
const PAGE_CHARS = 256 * 1024
/** Ids of conversations with queued messages. */
const INDEX = 'arriving'
/** Most conversations with queued messages: the most that a device can have. */
const MAX_WAITING = 1000

export interface CopiesOwner {
  conversations(): readonly Conversation[]
  joinShareRoom(home: string, secret: Uint8Array): Promise<Conversation>
}

export interface HistoryPage {
  readonly lines: readonly string[]
  /** Identifies the next page; null after the last one. */
  readonly next: string | null
}

export class HistoryCopies {
  readonly #given: Given
  readonly #owner: CopiesOwner
  /** Conversations that this device has not joined, with messages queued in journals. */
  readonly #waiting = new Set<string>()
  #index!: Journal
  #last: Promise<unknown> = Promise.resolve()

  constructor(given: Given, owner: CopiesOwner) {
    this.#given = given
    this.#owner = owner
  }

  /** Reads the queue, once the conversations are loaded. */
  async open(): Promise<void> {
    this.#index = await this.#given.openJournal(INDEX)
    for await (const record of this.#index.read()) this.#waiting.add(hex(record))
    for (const conversation of this.#owner.conversations()) this.joined(conversation)
  }

  /** Number of messages, including changes of others. */
  get messages(): number {
    return this.#written.reduce((sum, { internals }) => sum + internals.history.messages.whole.count, 0)
  }

  /** Returns the complete history as lines. */
  async *lines(): AsyncGenerator<string> {
    for (let at: string | null = ''; at !== null; ) {
      const { lines, next }: HistoryPage = await this.page(at)
      yield* lines
      at = next
    }
  }

  /**
   * Reads some lines of the history. `at`: from `next` of the previous page, or empty. Rejects with
   * `not-found` if its conversation has been forgotten.
   */
  async page(at: string): Promise<HistoryPage> {
    const conversations = this.#written
    const [id, number] = at.split('.')
    let index = at === '' ? 0 : conversations.findIndex(each => hex(each.id) === id)
    if (index < 0 || (at !== '' && !/^\d{1,9}$/.test(number ?? '')))
      throw new ChatError('not-found', 'The history has changed meanwhile: begin again.', { field: 'after' })
    let part = Number(number ?? 0)
    const lines: string[] = []
    let chars = 0
    for (; index < conversations.length; index++, part = 0) {
      const conversation = conversations[index]!
      for (; part < conversation.internals.history.messages.whole.parts; part++) {
        if (chars > PAGE_CHARS) return { lines, next: `${hex(conversation.id)}.${part}` }
        for await (const line of linesOf(conversation, this.#given.own, part)) {
          lines.push(line)
          chars += line.length
        }
      }
    }
    return { lines, next: null }
  }

  /**
   * Imports a history from lines. Returns the number of messages that this device lacked; those of
   * conversations that it has not joined are queued until it does. Rejects with `bad-argument`,
   * `bad-credential` or `bad-message`.
   */
  async add(lines: Iterable<string> | AsyncIterable<string>): Promise<number> {
    const reader = this.read()
    for await (const line of lines) await reader.take(line)
    await reader.finish()
    return reader.added
  }

  /** `keep` receives the lines of a conversation that this device has not joined. */
  read(keep = (id: string, lines: string) => this.#inTurn(() => this.#keep(id, lines))): HistoryReader {
    return new HistoryReader({
      find: id => this.#owner.conversations().find(each => hex(each.id) === id && each.state !== 'joining'),
      keep,
      join: (home, secret) => this.#owner.joinShareRoom(home, secret),
    })
  }

  /** Adds the queued messages of a conversation that this device has joined. */
  joined(conversation: Conversation): void {
    const id = hex(conversation.id)
    if (conversation.state === 'joining' || !this.#waiting.delete(id)) return
    // A journal that cannot be written ends the chat; after a failure the messages are added at the
    // next start.
    void this.#inTurn(() => this.#addWaiting(id)).catch(() => {})
  }

  get #written(): readonly Conversation[] {
    return this.#owner.conversations().filter(each => !each.isRequest && each.state !== 'joining')
  }

  async #keep(id: string, lines: string): Promise<void> {
    if (!this.#waiting.has(id) && this.#waiting.size >= MAX_WAITING) return
    const journal = await this.#given.openJournal(journalOf(id))
    await journal.append(utf8ToBytes(lines))
    if (this.#waiting.has(id)) return
    this.#waiting.add(id)
    await this.#writeIndex()
    // It has been joined in the meantime.
    for (const each of this.#owner.conversations()) if (hex(each.id) === id) this.joined(each)
  }

  async #addWaiting(id: string): Promise<void> {
    // Messages of a conversation that has been forgotten are not stored again.
    const reader = this.read(async () => {})
    const journal = await this.#given.openJournal(journalOf(id))
    for await (const record of journal.read())
      for (const line of new TextDecoder().decode(record).split('\n')) await reader.take(line)
    await reader.finish()
    await this.#given.ports.journals.remove(journalOf(id))
    await this.#writeIndex()
  }

  #writeIndex(): Promise<void> {
    return this.#index.replace([...this.#waiting].map(id => fromHex(id)!))
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run)
    this.#last = result.catch(() => {})
    return result
  }
}

interface ReaderGiven {
  find(id: string): Conversation | undefined
  keep(id: string, lines: string): Promise<void>
  join(home: string, secret: Uint8Array): Promise<Conversation>
}

/** Reads the lines of a history in order, and adds their messages. */
export class HistoryReader {
  readonly #given: ReaderGiven
  readonly #arriving = new ArrivingHistory()
  /** Number of messages read. */
  messages = 0
  /** Number of those that this device lacked, in conversations that it has joined. */
  added = 0

  constructor(given: ReaderGiven) {
    this.#given = given
  }

  /** Rejects with `bad-argument`, `bad-credential` or `bad-message`. */
  async take(line: string): Promise<void> {
    const ready = this.#arriving.take(line)
    if (line.startsWith('{"type":"message"')) this.messages++
    if (ready !== null) await this.#add(ready)
  }

  /** Adds the remaining messages, and joins rooms of shares that contain none. */
  async finish(): Promise<void> {
    for (const { id, home, secret } of this.#arriving.conversations)
      if (secret !== null && !this.#given.find(id)) await this.#join(home, secret)
    for (const id of this.#arriving.waiting) await this.#add(id)
  }

  async #add(id: string): Promise<void> {
    const { secret, home } = this.#arriving.about(id) ?? { secret: null, home: '' }
    const found = this.#given.find(id) ?? (secret && (await this.#join(home, secret)))
    if (found) this.added += await this.#arriving.addTo(found)
    else await this.#given.keep(id, this.#arriving.linesFor(id))
  }

  async #join(home: string, secret: string): Promise<Conversation> {
    return this.#given.join(home, base64urlnopad.decode(secret))
  }
}

function journalOf(id: string): string {
  return `arriving-${id}`
}
