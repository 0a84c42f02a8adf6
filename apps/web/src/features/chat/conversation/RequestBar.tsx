import type { ChatConversation } from '@shoal/api'
import { useState } from 'react'
import { useWork } from '../../../shared/base/use-work.ts'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { CheckField } from '../../../shared/controls/Field.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { texts as peopleTexts } from '../../../shared/messages/people.ts'
import { useChatClient } from '../chat-client.ts'
import type { ChatStore } from '../state/chat-store.ts'
import styles from './request.module.css'

const t = texts.request
const people = peopleTexts.contacts

interface Props {
  readonly store: ChatStore
  readonly conversation: ChatConversation
  onOpen(conversation: string | null): void
}

/** A request from a stranger, to accept or to refuse. */
export function RequestBar({ store, conversation: { id, kind, invitedBy }, onOpen }: Props) {
  const { api, contacts, setBlocked } = useChatClient()
  const [isContact, setContact] = useState(true)
  const { isBusy, run } = useWork()
  const decline = async () => {
    if (kind !== 'share') await api.leaveConversation({ conversation: id })
    await api.forgetConversation({ conversation: id })
    store.remove(id)
    onOpen(null)
    notify(t.declined)
  }
  const accept = async () => {
    if (contacts && invitedBy && isContact) await contacts.change(invitedBy.did, { isContact })
    store.put(await api.acceptConversation({ conversation: id }))
  }
  const act = (work: () => Promise<unknown>) =>
    run(async () => {
      await work().catch(notifyError)
    })
  return (
    <div className={`${layout.stack3} ${layout.ruled} ${styles.request}`} role="note">
      <h3 className={layout.break}>{invitedBy ? t.title({ name: nameOf(invitedBy) }) : t.unknown}</h3>
      {invitedBy && <p className={`${layout.mono} ${layout.break}`}>{invitedBy.did}</p>}
      <p>{t.body}</p>
      {contacts && invitedBy && (
        <CheckField
          label={people.asContact}
          hint={people.asContactHint}
          checked={isContact}
          onChange={({ target }) => setContact(target.checked)}
        />
      )}
      <div className={layout.wrap2}>
        <Button variant="primary" icon="check" disabled={isBusy} onClick={() => act(accept)}>
          {t.accept}
        </Button>
        <Button disabled={isBusy} onClick={() => act(decline)}>
          {t.decline}
        </Button>
        {invitedBy && (
          <Button
            disabled={isBusy}
            onClick={() =>
              act(async () => {
                await setBlocked(invitedBy.did, true)
                await decline()
              })
            }
          >
            {t.block}
          </Button>
        )}
      </div>
    </div>
  )
}
