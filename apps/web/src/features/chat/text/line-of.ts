import type { ChatMessage } from '@shoal/api'
import { readLink, shoalLinksIn, withoutLinks } from '../../../shared/chat/shoal-links.ts'
import { shownText } from '../../../shared/chat/shown-text.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { plainText } from './plain-text.ts'

const MAX_CHARACTERS = 160

/** Returns the beginning of a message as one line. */
export function lineOf(message: ChatMessage): string {
  if (message.state === 'deleted') return texts.deleted
  if (message.state === 'unknown') return texts.unknown
  const text = plainText(withoutLinks(shownText(message.text)))
    .replace(/\s+/g, ' ')
    .trim()
  if (text === '') {
    const [link] = [...message.files.map(readLink), ...shoalLinksIn(message.text)]
    return link?.name ? shownName(link.name) : texts.notices.files
  }
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text
}
