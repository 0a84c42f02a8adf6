import type { ChatConversation } from '@shoal/api'
import { lazy, Suspense, useState } from 'react'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { IconButton } from '../../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../../shared/controls/ConfirmDialog.tsx'
import { Menu, type MenuItem } from '../../../shared/controls/Menu.tsx'
import { notifyError } from '../../../shared/controls/toasts.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { useChatClient } from '../chat-client.ts'
import type { ChatStore } from '../state/chat-store.ts'
import { nameOfConversation } from '../text/names.ts'

const DetailsDialog = lazy(() =>
  import('../details/DetailsDialog.tsx').then(it => ({ default: it.DetailsDialog })),
)

interface Props {
  readonly store: ChatStore
  readonly conversation: ChatConversation
  onOpen(conversation: string | null): void
}

type Asking = 'details' | 'leave' | 'forget' | 'block'

/** Actions for a conversation as a whole. */
export function ConversationMenu({ store, conversation, onOpen }: Props) {
  const { api, setBlocked } = useChatClient()
  const [asking, setAsking] = useState<Asking | null>(null)
  const { id, kind, state, isMuted, isRequest, members } = conversation
  const other = kind === 'private' ? members.find(({ isSelf }) => !isSelf) : undefined
  const name = nameOfConversation(conversation)
  const put = (changing: Promise<ChatConversation>) =>
    void changing.then(changed => store.put(changed), notifyError)
  const forget = () =>
    void api.forgetConversation({ conversation: id }).then(() => {
      store.remove(id)
      onOpen(null)
    }, notifyError)
  const unblock = () => void setBlocked(other!.did, false).then(() => store.retry(), notifyError)
  const isLeavable = kind !== 'share' && state === 'member'
  const items = (): readonly MenuItem[] => [
    ...(isRequest
      ? []
      : [
          {
            text: kind === 'share' ? texts.menu.detailsShare : texts.menu.details,
            icon: 'info' as const,
            onSelect: () => setAsking('details'),
          },
        ]),
    {
      text: isMuted ? texts.menu.unmute : texts.menu.mute,
      icon: 'muted',
      onSelect: () => put(api.setConversation({ conversation: id, isMuted: !isMuted })),
    },
    { kind: 'separator' },
    ...(other
      ? [
          {
            text: (other.isBlocked ? texts.menu.unblock : texts.menu.block)({ name: nameOf(other) }),
            icon: 'close' as const,
            danger: !other.isBlocked,
            onSelect: other.isBlocked ? unblock : () => setAsking('block'),
          },
        ]
      : []),
    isLeavable
      ? { text: texts.menu.leave, icon: 'logout', danger: true, onSelect: () => setAsking('leave') }
      : { text: texts.menu.forget, icon: 'trash', danger: true, onSelect: () => setAsking('forget') },
  ]
  const close = () => setAsking(null)
  return (
    <>
      <Menu trigger={<IconButton icon="more" label={texts.menu.of({ name })} />} items={items} />
      {asking === 'details' && (
        <Suspense>
          <DetailsDialog store={store} conversation={conversation} onOpen={onOpen} onClose={close} />
        </Suspense>
      )}
      {asking === 'leave' && (
        <ConfirmDialog
          title={texts.menu.leave}
          description={texts.leaveConfirm({ name })}
          confirm={texts.menu.leave}
          onConfirm={() => put(api.leaveConversation({ conversation: id }))}
          onClose={close}
        />
      )}
      {asking === 'forget' && (
        <ConfirmDialog
          title={texts.menu.forget}
          description={texts.forgetConfirm({ name })}
          confirm={texts.menu.forget}
          onConfirm={forget}
          onClose={close}
        />
      )}
      {asking === 'block' && other && (
        <ConfirmDialog
          title={texts.menu.block({ name: nameOf(other) })}
          description={texts.blockConfirm({ name: nameOf(other) })}
          confirm={texts.request.block}
          onConfirm={() => void setBlocked(other.did, true).then(() => store.retry(), notifyError)}
          onClose={close}
        />
      )}
    </>
  )
}
