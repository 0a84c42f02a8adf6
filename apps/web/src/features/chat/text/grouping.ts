import type { ChatMessage } from '@shoal/api'

/** Messages of one sender are grouped if less time than this has passed between them. */
const TOGETHER_MS = 5 * 60_000

export type MessageRow =
  | { readonly kind: 'day'; readonly key: string; readonly atMs: number }
  | { readonly kind: 'unread'; readonly key: 'unread' }
  /** `isFirst`: the first one of a group, shown with name and time. */
  | {
      readonly kind: 'message'
      readonly key: string
      readonly message: ChatMessage
      readonly isFirst: boolean
    }

/**
 * Groups messages by day and sender. `readUpTo`: the line before unread messages of others is
 * placed after this message; null for none.
 */
export function rowsOf(messages: readonly ChatMessage[], readUpTo: string | null): readonly MessageRow[] {
  const rows: MessageRow[] = []
  let before: ChatMessage | null = null
  let isUnread = false
  for (const message of messages) {
    const isNewDay = before === null || !isSameDay(before.sentMs, message.sentMs)
    if (isNewDay) rows.push({ kind: 'day', key: `day ${message.id}`, atMs: message.sentMs })
    const beginsUnread = isUnread && !message.sender.isSelf
    if (beginsUnread) rows.push({ kind: 'unread', key: 'unread' })
    if (beginsUnread) isUnread = false
    const isFirst = isNewDay || beginsUnread || before === null || !belongTogether(before, message)
    rows.push({ kind: 'message', key: message.id, message, isFirst })
    if (message.id === readUpTo) isUnread = true
    before = message
  }
  return rows
}

function belongTogether(before: ChatMessage, { sender, sentMs, replyTo }: ChatMessage): boolean {
  return (
    before.sender.did === sender.did && replyTo === null && Math.abs(sentMs - before.sentMs) < TOGETHER_MS
  )
}

export function isSameDay(oneMs: number, otherMs: number): boolean {
  return new Date(oneMs).toDateString() === new Date(otherMs).toDateString()
}
