import { useEffect, useMemo, useState } from 'react'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { Loading } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { useTitle } from '../../shared/controls/Page.tsx'
import { texts } from '../../shared/messages/chat.ts'
import { useCell } from '../../shared/node/context.tsx'
import styles from './chat.module.css'
import { type ChatClient, ChatClientContext } from './chat-client.ts'
import { ConversationPane } from './conversation/ConversationPane.tsx'
import { ConversationList } from './list/ConversationList.tsx'
import { ChatStore } from './state/chat-store.ts'

/** The conversation or message that the chat shows. */
interface ChatPlace {
  readonly conversation: string | null
  /** A message to scroll to. */
  readonly message?: string | null
}

interface Props {
  readonly client: ChatClient
  readonly place: ChatPlace
  onPlace(place: ChatPlace): void
}

/**
 * The whole chat: the conversations, and the open one next to them; narrow screens show one of the
 * two.
 */
export function ChatScreen({ client, place, onPlace }: Props) {
  const { conversation, message = null } = place
  const [store] = useState(() => new ChatStore(client))
  const conversations = useCell(store.conversations)
  const failure = useCell(store.failure)
  const open = conversations?.find(({ id }) => id === conversation)
  const target = useMemo(() => (message === null ? null : { id: message }), [message])
  useEffect(() => store.follow(), [store])
  return (
    <ChatClientContext value={client}>
      <div className={`${layout.tall} ${styles.screen}`} data-open={conversation !== null || undefined}>
        <h1 className="visually-hidden">{texts.title}</h1>
        <ConversationList
          store={store}
          selected={conversation}
          onOpen={(id, found) => onPlace({ conversation: id, message: found ?? null })}
        />
        {open ? (
          <ConversationPane
            key={open.id}
            store={store}
            conversation={open}
            message={target}
            onOpen={id => onPlace({ conversation: id })}
          />
        ) : (
          <div className={`${layout.center} ${styles.none}`}>
            {conversations === null && failure === null ? <Loading /> : <Nothing />}
          </div>
        )}
      </div>
    </ChatClientContext>
  )
}

function Nothing() {
  useTitle(texts.title)
  return (
    <EmptyState icon="chat" title={texts.choose}>
      {texts.chooseBody}
    </EmptyState>
  )
}
