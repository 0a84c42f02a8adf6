import type { ChatConversation } from '@shoal/api'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { texts } from '../../../shared/messages/chat.ts'

/**
 * Returns the name of a conversation as it is displayed: strangers choose the names of their
 * groups.
 */
export function nameOfConversation({ kind, name, members }: ChatConversation): string {
  const other = kind === 'private' ? members.find(({ isSelf }) => !isSelf) : undefined
  if (other) return nameOf(other)
  return name.trim() === '' ? texts.unnamed : nameOf({ did: '', name })
}
