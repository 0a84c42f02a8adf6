import { Suspense, useEffect, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { Button } from '../../shared/controls/Button.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { Loading } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { lazyComponent } from '../../shared/feature.ts'
import { texts } from '../../shared/messages/chat-app.ts'
import { useCell } from '../../shared/node/context.tsx'
import { onNoticeClicked } from '../../shared/ui/system-notices.ts'
import type { ChatBrowser } from '../device/chat-browser.ts'
import { keptFiles } from '../files/kept-files.ts'
import { LazyFiles } from '../files/lazy-files.ts'
import { ChatConnection } from '../worker/chat-connection.ts'
import { connectionClient } from './connection-client.ts'
import styles from './frame.module.css'

const ChatAttention = lazyComponent(() =>
  import('../../features/chat/ChatAttention.tsx').then(it => it.ChatAttention),
)
const Warnings = lazyComponent(() => import('./Warnings.tsx').then(it => it.Warnings))
const ChatScreen = lazyComponent(() => import('../../features/chat/ChatScreen.tsx').then(it => it.ChatScreen))

/** Opens the chat of this device, in one window at a time. */
export function ChatGate({ device }: { readonly device: ChatBrowser }) {
  const [chat] = useState(() => new ChatConnection())
  const state = useCell(chat.state)
  const faults = useCell(chat.faults)
  const { settings } = device
  useEffect(() => {
    chat.open()
    return () => chat.close()
  }, [chat])
  useEffect(() => chat.set(settings), [chat, settings])
  if (state.kind === 'opening') return <Loading />
  if (state.kind === 'elsewhere')
    return (
      <EmptyState
        page
        icon="chat"
        title={texts.elsewhere.title}
        actions={
          <Button variant="primary" onClick={() => chat.takeOver()}>
            {texts.elsewhere.take}
          </Button>
        }
      >
        {texts.elsewhere.body}
      </EmptyState>
    )
  if (state.kind === 'ended')
    return (
      <EmptyState
        page
        icon="alert"
        title={texts.ended.title}
        actions={
          <Button variant="primary" onClick={() => chat.open()}>
            {texts.ended.again}
          </Button>
        }
      >
        {state.failure.message}
      </EmptyState>
    )
  return (
    <div className={`${layout.tall} ${styles.chat}`}>
      {faults.map(({ hub, message }) => (
        <Notice key={`${hub} ${message}`} tone="warn">
          {texts.fault({ hub, message })}
        </Notice>
      ))}
      <Screens chat={chat} device={device} />
    </div>
  )
}

/** The screens of the chat. The address names the conversation behind `#`. */
function Screens({ chat, device }: { readonly chat: ChatConnection; readonly device: ChatBrowser }) {
  const [files] = useState(() => new LazyFiles(device.hubs.map(({ url }) => url)))
  const [client] = useState(() => connectionClient(chat, device.hubs, files))
  const [path, navigate] = useLocation()
  const [query] = useSearchParams()
  const warned = useCell(chat.warned)
  useEffect(() => onNoticeClicked(navigate), [navigate])
  useEffect(() => {
    // Others may be waiting to download these files.
    if (keptFiles('shared').length > 0) void files.load().catch(() => {})
  }, [files])
  const conversation = /^\/chat\/([0-9a-f]{64})$/.exec(path)?.[1] ?? null
  return (
    <Suspense fallback={<Loading />}>
      {warned.length > 0 && <Warnings contacts={client.contacts!} persons={warned} />}
      <ChatAttention client={client} shown={conversation} onOpen={id => navigate(`/chat/${id}`)} />
      <ChatScreen
        client={client}
        place={{ conversation, message: query.get('message') }}
        onPlace={({ conversation: next, message }) =>
          navigate(`/chat${next === null ? '' : `/${next}`}${message ? `?message=${message}` : ''}`)
        }
      />
    </Suspense>
  )
}
