/** Copies of the history of a device: lines of JSON for a file or another device, and those that come from there. */
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { base64urlnopad } from '@scure/base'
import { fromHex, hex } from '@shoal/torrent/base'
import { ChatError } from '../chat-error.ts'
import type { Conversation } from './conversation.ts'
import type { Given } from './given.ts'
import { ArrivingHistory, linesOf } from './history-lines.ts'
import type { Journal } from './ports.ts'

/** A page of lines ends after the part of a conversation that reaches this. */
const PAGE_CHARS = 256 * 1024
/** The ids of conversations whose messages wait. */
const INDEX = 'arriving'
/** Most conversations whose messages wait: a device has at most so many. */
const MAX_WAITING = 1000

export interface CopiesOwner {
  conversations(): readonly Conversation[]
  joinShareRoom(home: string, secret: Uint8Array): Promise<Conversation>
}

export interface HistoryPage {
  readonly lines: readonly string[]
  /** Names the next page; null after the last one. */
  readonly next: string | null
}

export class HistoryCopies {
  readonly #given: Given
  readonly #owner: CopiesOwner
  /** Conversations that this device has not joined, and whose messages wait in journals. */
  readonly #waiting = new Set<string>()
  #index!: Journal
  #last: Promise<unknown> = Promise.resolve()

  constructor(given: Given, owner: CopiesOwner) {
    this.#given = given
    this.#owner = owner
  }

  /** Reads what waits, once the conversations are there. */
  async open(): Promise<void> {
    this.#index = await this.#given.openJournal(INDEX)
    for await (const record of this.#index.read()) this.#waiting.add(hex(record))
    for (const conversation of this.#owner.conversations()) this.joined(conversation)
  }

  /** The number of messages, with those that change others. */
  get messages(): number {
    return this.#written.reduce((sum, { internals }) => sum + internals.history.messages.whole.count, 0)
  }

  /** The whole history as lines. */
  async *lines(): AsyncGenerator<string> {
    for (let at: string | null = ''; at !== null; ) {
      const { lines, next }: HistoryPage = await this.page(at)
      yield* lines
      at = next
    }
  }

  /** Reads some lines of the history. `at`: from `next` of the page before, or empty. Rejects with `not-found` if its conversation was forgotten meanwhile. */
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

  /** Adds a history from lines. Returns the number of messages that this device lacked; those of conversations that it has not joined wait until it does. Rejects with `bad-argument`, `bad-credential` or `bad-message`. */
  async add(lines: Iterable<string> | AsyncIterable<string>): Promise<number> {
    const reader = this.read()
    for await (const line of lines) await reader.take(line)
    await reader.finish()
    return reader.added
  }

  /** `keep` takes the lines of a conversation that this device has not joined. */
  read(keep = (id: string, lines: string) => this.#inTurn(() => this.#keep(id, lines))): HistoryReader {
    return new HistoryReader({
      find: id => this.#owner.conversations().find(each => hex(each.id) === id && each.state !== 'joining'),
      keep,
      join: (home, secret) => this.#owner.joinShareRoom(home, secret),
    })
  }

  /** This device has joined a conversation: adds what waits for it. */
  joined(conversation: Conversation): void {
    const id = hex(conversation.id)
    if (conversation.state === 'joining' || !this.#waiting.delete(id)) return
    // A journal that cannot be written ends the chat, and after a failure the messages are added at the next start.
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
    // It was joined meanwhile.
    for (const each of this.#owner.conversations()) if (hex(each.id) === id) this.joined(each)
  }

  async #addWaiting(id: string): Promise<void> {
    // Messages of a conversation that was forgotten meanwhile are not kept again.
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

/** Reads the lines of a history one after the other, and adds their messages. */
export class HistoryReader {
  readonly #given: ReaderGiven
  readonly #arriving = new ArrivingHistory()
  /** Messages that were read. */
  messages = 0
  /** Those of them that this device lacked, in conversations that it has joined. */
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

  /** Adds what is left, and joins rooms of shares in which nothing was written. */
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
