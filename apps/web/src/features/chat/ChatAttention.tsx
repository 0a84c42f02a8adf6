import type { ChatConversation, EventOf } from '@shoal/api'
import { useEffect, useRef } from 'react'
import { nameOf } from '../../shared/chat/shown-text.ts'
import { notify } from '../../shared/controls/toasts.ts'
import { texts } from '../../shared/messages/chat.ts'
import { showSystemNotice } from '../../shared/ui/system-notices.ts'
import type { ChatClient } from './chat-client.ts'
import { chatNotices } from './notices.ts'
import { lineOf } from './text/line-of.ts'
import { nameOfConversation } from './text/names.ts'
import { unread } from './unread.ts'

/** Minimum interval between two counts of unread messages. */
const COUNT_MS = 1500

interface Props {
  readonly client: ChatClient
  /** The conversation that is open; null if the page shows something else. */
  readonly shown: string | null
  onOpen(conversation: string): void
}

/**
 * Counts unread messages, and reports new ones: on the page while it is visible, otherwise as a
 * system notification if the user wants that. Renders nothing.
 */
export function ChatAttention(props: Props) {
  const { client } = props
  const latest = useRef(props)
  useEffect(() => {
    latest.current = props
  })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null
    let known: readonly ChatConversation[] = []
    const count = async () => {
      timer = null
      // Without an answer the count stays, and the next event asks again. Most nodes do not chat.
      const state = await client.api.getChat({}).catch(() => null)
      if (!state || state.problem) return
      const answer = await client.api.listConversations({}).catch(() => null)
      if (!answer) return
      known = answer.items
      unread.set(sumOf(known))
    }
    const end = client.listen(event => {
      if (event.type === 'chat') timer ??= setTimeout(count, COUNT_MS)
      else if (event.type === 'chat-message') notifyMessage(event, known, latest.current)
    })
    void count()
    return () => {
      end()
      if (timer) clearTimeout(timer)
    }
  }, [client])
  return null
}

function sumOf(conversations: readonly ChatConversation[]): number {
  return conversations
    .filter(({ isRequest }) => !isRequest)
    .reduce((sum, { isMuted, unread: { messages, mentions } }) => sum + (isMuted ? mentions : messages), 0)
}

function notifyMessage(
  { conversation: id, message }: EventOf<'chat-message'>,
  known: readonly ChatConversation[],
  { shown, onOpen }: Props,
): void {
  const isSeen = document.visibilityState === 'visible'
  if (isSeen && shown === id) return
  const conversation = known.find(each => each.id === id)
  const name = nameOf(message.sender)
  const title =
    !conversation || conversation.kind === 'private'
      ? name
      : texts.notices.title({ name, conversation: nameOfConversation(conversation) })
  const description = lineOf(message)
  const open = () => onOpen(id)
  if (isSeen) notify(title, { description, action: { text: texts.notices.open, onSelect: open } })
  else if (chatNotices.get())
    void showSystemNotice({ title, body: description, tag: id, path: `/chat/${id}` }, open).catch(() => {})
}
