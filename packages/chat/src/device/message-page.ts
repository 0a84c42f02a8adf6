/** Reads a part of a conversation's messages, from memory or pages. */
import type { MessageId, Shown } from '../conversations/index.ts'
import type { MessageStore } from './message-store.ts'

export interface PageOptions {
  /** Ends before this message. */
  readonly before?: MessageId | null
  /** Centered on this message. */
  readonly around?: MessageId | null
  /** Default: 50. */
  readonly limit?: number
}

export interface MessagePage {
  /** Oldest first. */
  readonly messages: readonly Shown[]
  readonly hasOlder: boolean
  readonly hasNewer: boolean
}

/** `isShown`: filters messages. Returns an empty page if there is no such message. */
export async function readMessages(
  store: MessageStore,
  { before = null, around = null, limit = 50 }: PageOptions,
  isShown: (message: Shown) => boolean,
): Promise<MessagePage> {
  const { lists, moves } = store
  const anchor = before ?? around
  const end = { list: lists - 1, at: Number.POSITIVE_INFINITY }
  const from = anchor ? await store.locate(anchor) : end
  if (!from) return { messages: [], hasOlder: false, hasNewer: false }
  const newer: Shown[] = []
  const wanted = around && !before ? Math.ceil(limit / 2) : 0
  for (let list = from.list; anchor && list < lists && newer.length <= wanted; list++) {
    const shown = (await store.list(list, true)).slice(list === from.list ? from.at : 0).filter(isShown)
    newer.push(...shown.slice(0, wanted + 1 - newer.length))
  }
  const hasNewer = newer.length > wanted
  newer.splice(wanted)
  const older: Shown[] = []
  const most = limit - newer.length
  for (let list = from.list; list >= 0 && older.length <= most; list--) {
    const shown = (await store.list(list, true)).slice(0, list === from.list ? from.at : undefined)
    older.unshift(...shown.filter(isShown).slice(older.length - most - 1))
  }
  const hasOlder = older.length > most
  // Messages have left memory in the meantime, and the lists have changed.
  if (store.lists !== lists || store.moves !== moves)
    return readMessages(store, { before, around, limit }, isShown)
  return { messages: [...older.slice(hasOlder ? 1 : 0), ...newer], hasOlder, hasNewer }
}
