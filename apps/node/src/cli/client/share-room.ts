import type { ChatConversation, NodeApi } from '@shoal/api'
import { SHOAL } from '../../base/program.ts'
import { texts } from '../texts.ts'

/** Digits of an id that the commands of the chat accept. */
const SHORT_ID = 8

/** Returns the room in which the share of a torrent is talked about; null if there is none. */
export async function roomOf(api: NodeApi, torrent: string): Promise<ChatConversation | null> {
  // A node whose user does not chat has none, and says why where it matters: `shoal chat`.
  const { items } = await api.listConversations({}).catch(() => ({ items: [] }))
  return items.find(({ share }) => share.includes(torrent)) ?? null
}

/** How much of a room is new, and how to read it. */
export function roomText({ id, unread }: ChatConversation): string {
  return texts.show.room({ count: unread.messages, shoal: SHOAL, id: id.slice(0, SHORT_ID) })
}
