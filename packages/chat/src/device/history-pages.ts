/**
 * Older messages of a conversation, which are not in memory, in pages, each with its own journal. A
 * page has texts and their changes, so that it can be shown alone. An index, in another journal,
 * lists where each page starts and ends, with 8 bytes of each message's id; it is in memory.
 */
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { hex } from '@shoal/torrent/base'
import type { TimelineRules } from '../conversations/index.ts'
import {
  arrivedOf,
  damaged,
  type Kept,
  KeptMessages,
  MESSAGE_KIND,
  readKept,
  writeKept,
} from './kept-messages.ts'
import type { Journal } from './ports.ts'

/** Pages cached for scrolling. */
const MAX_LOADED = 2

export interface PagesGiven {
  /** The id of the room. */
  readonly room: Uint8Array
  readonly rules: TimelineRules
  /** Hash of this device. */
  readonly device: Uint8Array
  openJournal(name: string): Promise<Journal>
}

interface Page {
  /** Identifies its journal. */
  readonly number: number
  /** Log places of the first and the last message that it was written with. */
  readonly first: number
  readonly last: number
  /** Ids of its messages as numbers, sorted. */
  ids: BigUint64Array
}

/** A page is identified by its index among the pages, the oldest first. */
export class HistoryPages {
  readonly #given: PagesGiven
  readonly #index: Journal
  readonly #pages: Page[] = []
  /** By the numbers of their journals. */
  readonly #loaded = new Map<number, KeptMessages>()

  private constructor(given: PagesGiven, index: Journal) {
    this.#given = given
    this.#index = index
  }

  /** Opens the written pages. Those beyond the first `count` were not finished. */
  static async open(given: PagesGiven, count: number): Promise<HistoryPages> {
    const pages = new HistoryPages(given, await given.openJournal(indexName(given.room)))
    if (count === 0) return pages
    const ranges: [number, number][] = []
    const ids: bigint[][] = []
    for await (const record of pages.#index.read()) {
      const value = decodeCbor(record)
      if (!Array.isArray(value)) throw damaged()
      const [page, ...changes] = value as [IndexedPage | null, ...(number | Uint8Array)[]]
      // It crashed before the page counted: it was written again.
      if (page && page[0] < count) {
        const [number, own, first, last] = page
        ids[number] = splitIds(own)
        ranges[number] = [first, last]
      }
      for (let at = 0; at < changes.length; at += 2)
        ids[changes[at] as number]?.push(...splitIds(changes[at + 1] as Uint8Array))
    }
    for (let number = 0; number < count; number++) {
      const [first, last] = ranges[number] ?? [0, 0]
      pages.#insert({ number, first, last, ids: BigUint64Array.from(ids[number] ?? []).sort() })
    }
    return pages
  }

  get count(): number {
    return this.#pages.length
  }

  /** The last place in the log among the messages of the pages. */
  get through(): number {
    return Math.max(0, ...this.#pages.map(({ last }) => last))
  }

  /**
   * Returns the page in which, or after which, a message with this log place belongs; -1 if before
   * all.
   */
  at(sequence: number): number {
    return this.#pages.findLastIndex(({ first }) => first <= sequence)
  }

  /** Returns the number of messages in a page, including changes of others. */
  sizeOf(page: number): number {
    return this.#pages[page]!.ids.length
  }

  /** Total number of messages. */
  get size(): number {
    return this.#pages.reduce((sum, { ids }) => sum + ids.length, 0)
  }

  /** Their journals, and one that a crash may have left behind. */
  get names(): readonly string[] {
    const numbers = Array.from({ length: this.count + 1 }, (_, number) => number)
    return [indexName(this.#given.room), ...numbers.map(number => pageName(this.#given.room, number))]
  }

  /** Returns the page of the message with this id or client id, or null. */
  async find(id: Uint8Array): Promise<number | null> {
    const wanted = shortOf(id)
    for (let page = this.count - 1; page >= 0; page--) {
      if (!includes(this.#pages[page]!.ids, wanted)) continue
      const messages = await this.load(page)
      if (messages.get(id) || messages.shown(id)) return page
    }
    return null
  }

  /** Reads a page, or returns the cached one. */
  async load(page: number): Promise<KeptMessages> {
    const { number } = this.#pages[page]!
    const messages = this.#loaded.get(number) ?? (await this.read(page))
    this.#loaded.delete(number)
    this.#loaded.set(number, messages)
    if (this.#loaded.size > MAX_LOADED) this.#loaded.delete(this.#loaded.keys().next().value!)
    return messages
  }

  /** Reads a page without caching it. */
  async read(page: number): Promise<KeptMessages> {
    const messages = this.#empty()
    for await (const record of (await this.#open(this.#pages[page]!.number)).read()) {
      const value = decodeCbor(record)
      if (!Array.isArray(value)) throw damaged()
      const [kind, ...members] = value
      if (kind === MESSAGE_KIND.message) messages.add(readKept(members).message)
      else if (kind === MESSAGE_KIND.placed) messages.place(members[0] as Uint8Array, members[1] as number)
      else if (kind === MESSAGE_KIND.dropped) drop(messages, members[0] as Uint8Array)
      else throw damaged()
    }
    return messages
  }

  /** Records the log place of a message in a page. */
  async place(page: number, clientId: Uint8Array, sequence: number): Promise<void> {
    const { number } = this.#pages[page]!
    await (await this.#open(number)).append(encodeCbor([MESSAGE_KIND.placed, clientId, sequence]))
    this.#loaded.get(number)?.place(clientId, sequence)
  }

  /** Forgets a message of a page. */
  async drop(page: number, clientId: Uint8Array): Promise<void> {
    const { number } = this.#pages[page]!
    await (await this.#open(number)).append(encodeCbor([MESSAGE_KIND.dropped, clientId]))
    const loaded = this.#loaded.get(number)
    if (loaded) drop(loaded, clientId)
  }

  /**
   * Writes a new page unless it is empty, and additions to existing ones. Returns a function after
   * which they count.
   */
  async write(fresh: readonly Kept[], more: ReadonlyMap<number, readonly Kept[]>): Promise<() => void> {
    const additions = [...more].map(([at, kept]) => ({ page: this.#pages[at]!, kept, ids: joinIds(kept) }))
    for (const { page, kept } of additions) {
      const journal = await this.#open(page.number)
      await Promise.all(kept.map(each => journal.append(encodeCbor(writeKept(each, false)))))
    }
    const next = fresh.length > 0 ? this.#pageOf(fresh) : null
    if (next)
      await (await this.#open(next.number)).replace(fresh.map(each => encodeCbor(writeKept(each, false))))
    const indexed: IndexedPage | null = next && [next.number, joinIds(fresh), next.first, next.last]
    await this.#index.append(
      encodeCbor([indexed, ...additions.flatMap(({ page, ids }) => [page.number, ids])]),
    )
    return () => {
      for (const { page, kept, ids } of additions) {
        page.ids = BigUint64Array.from([...page.ids, ...splitIds(ids)]).sort()
        const loaded = this.#loaded.get(page.number)
        for (const each of kept) if (!loaded?.get(each.clientId)) loaded?.add(each)
      }
      if (next) this.#insert(next)
    }
  }

  #pageOf(fresh: readonly Kept[]): Page {
    const messages = this.#empty()
    for (const each of fresh) messages.add(each)
    const places = messages.timeline.shown.map(({ sequence }) => sequence!)
    // The place of a page without shown messages does not matter.
    const [first, last] =
      places.length > 0 ? [Math.min(...places), Math.max(...places)] : [this.through, this.through]
    return { number: this.count, first, last, ids: BigUint64Array.from(splitIds(joinIds(fresh))).sort() }
  }

  #insert(page: Page): void {
    this.#pages.splice(this.at(page.first) + 1, 0, page)
  }

  #empty(): KeptMessages {
    return new KeptMessages(this.#given.rules, this.#given.device)
  }

  #open(number: number): Promise<Journal> {
    return this.#given.openJournal(pageName(this.#given.room, number))
  }
}

function drop(messages: KeptMessages, clientId: Uint8Array): void {
  const known = messages.get(clientId)
  if (known) messages.delete([known])
}

/** A page in the index: its number, ids, and the places of its first and last message. */
type IndexedPage = [number, Uint8Array, number, number]

function pageName(room: Uint8Array, number: number): string {
  return `${indexName(room)}-${number}`
}

function indexName(room: Uint8Array): string {
  return `past-${hex(room)}`
}

/** The first 8 bytes of an id. */
function shortOf(id: Uint8Array): bigint {
  return new DataView(id.buffer, id.byteOffset).getBigUint64(0)
}

/** Returns the ids of messages, and of their originals. */
function joinIds(messages: readonly Kept[]): Uint8Array {
  const ids = new Set(messages.flatMap(each => [shortOf(each.clientId), shortOf(arrivedOf(each).id)]))
  const bytes = new DataView(new ArrayBuffer(8 * ids.size))
  let at = 0
  for (const id of ids) bytes.setBigUint64(8 * at++, id)
  return new Uint8Array(bytes.buffer)
}

function splitIds(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 8 }, (_, at) => view.getBigUint64(8 * at))
}

function includes(sorted: BigUint64Array, wanted: bigint): boolean {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (sorted[middle]! < wanted) from = middle + 1
    else to = middle
  }
  return sorted[from] === wanted
}
