import type { ChatConversation } from '@shoal/api'
import { texts } from '../../../shared/messages/chat.ts'
import { nameOf } from './shown-text.ts'

/**
 * Returns the name of a conversation as it is displayed: strangers choose the names of their
 * groups.
 */
export function nameOfConversation({ kind, name, members }: ChatConversation): string {
  const other = kind === 'private' ? members.find(({ isSelf }) => !isSelf) : undefined
  if (other) return nameOf(other)
  return name.trim() === '' ? texts.unnamed : nameOf({ did: '', name })
}
