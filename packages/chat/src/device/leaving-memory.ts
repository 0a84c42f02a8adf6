/** Selects the messages to move out of memory, and the pages of the history for them. */
import { latin1 } from '@shoal/torrent/base'
import type { HistoryPages } from './history-pages.ts'
import { arrivedOf, type Kept, type KeptMessages, targetOf } from './kept-messages.ts'

/** Late messages are added to a page until it is this many times as large as a new one. */
const MAX_PAGE = 8

interface Leaving {
  /** A new page, or nothing. */
  readonly page: readonly Kept[]
  /** Additions to existing pages. */
  readonly more: ReadonlyMap<number, readonly Kept[]>
  /** Whether they belong before others that left earlier. */
  readonly isLate: boolean
}

/**
 * Returns the messages for one page: late ones, or the excess in memory. Null if all stay. A
 * message without a place in the log does not leave memory.
 */
export async function leavingMemory(
  newest: KeptMessages,
  pages: HistoryPages,
  pageMessages: number,
): Promise<Leaving | null> {
  const late = lateOnes(newest, pages, pageMessages)
  if (late) return late
  const placed = newest.all.filter(({ sequence }) => sequence !== null)
  if (placed.length < 2 * pageMessages) return null
  const { page, more } = await oldest(newest, pages, pageMessages)
  if (page.length + more.size === 0) return null
  // Messages repeated by another one.
  const shown = new Set(newest.timeline.ids.map(id => newest.shown(id)))
  const hidden = placed.filter(each => !shown.has(each))
  return { page: [...page, ...hidden], more, isLate: false }
}

/** A copy, or the history of another device, arrived after its neighbors had left memory. */
function lateOnes(newest: KeptMessages, pages: HistoryPages, pageMessages: number): Leaving | null {
  const { through } = pages
  const all = newest.timeline.shown.flatMap(({ id, sequence }) =>
    sequence !== null && sequence < through ? [{ id, at: pages.at(sequence) }] : [],
  )
  const [first] = all
  if (!first) return null
  const { at } = first
  const together = all
    .filter(each => each.at === at)
    .slice(0, pageMessages)
    .map(({ id }) => newest.shown(id)!)
  const hasRoom = at >= 0 && pages.sizeOf(at) < MAX_PAGE * pageMessages
  return hasRoom
    ? { page: [], more: new Map([[at, together]]), isLate: true }
    : { page: together, more: new Map(), isLate: true }
}

/**
 * Returns the oldest messages that can leave memory: texts, and changes of them or of messages in
 * earlier pages.
 */
async function oldest(newest: KeptMessages, pages: HistoryPages, pageMessages: number) {
  const candidates = newest.timeline.ids
    .map(id => newest.shown(id)!)
    .filter(({ sequence }) => sequence !== null)
    .slice(0, pageMessages)
    .map(message => ({ message, ...arrivedOf(message) }))
  const texts = candidates.filter(({ content }) => targetOf(content) === null)
  const own = new Set(texts.map(({ id }) => latin1(id)))
  const page = texts.map(({ message }) => message)
  const more = new Map<number, Kept[]>()
  for (const { message, content } of candidates) {
    const target = targetOf(content)
    if (!target) continue
    // It stays with its message.
    if (newest.shown(target) && !own.has(latin1(target))) continue
    const number = own.has(latin1(target)) ? null : await pages.find(target)
    if (number === null) page.push(message)
    else more.set(number, [...(more.get(number) ?? []), message])
  }
  return { page, more }
}
