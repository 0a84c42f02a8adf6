import type { ChatConversation } from '@shoal/api'
import { lazy, Suspense, useDeferredValue, useState } from 'react'
import { useAnswer } from '../../../shared/base/use-answer.ts'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { Button, IconButton } from '../../../shared/controls/Button.tsx'
import { EmptyState } from '../../../shared/controls/EmptyState.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import { Loading, Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Menu } from '../../../shared/controls/Menu.tsx'
import { notify } from '../../../shared/controls/toasts.ts'
import { messageOf } from '../../../shared/format/errors.ts'
import { formatCount } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { controls } from '../../../shared/messages/controls.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { Avatar } from '../Avatar.tsx'
import { useChatClient } from '../chat-client.ts'
import { HistoryDialog, type HistoryTask } from '../history/HistoryDialog.tsx'
import { chatNotices, setChatNotices } from '../notices.ts'
import type { ChatStore } from '../state/chat-store.ts'
import { formatShort } from '../text/chat-times.ts'
import { lineOf } from '../text/line-of.ts'
import { nameOfConversation } from '../text/names.ts'
import styles from './list.module.css'

const VerifyReportDialog = lazy(() => import('../details/VerifyReportDialog.tsx'))
const ContactsDialog = lazy(() => import('../contacts/ContactsDialog.tsx'))
const NewDialog = lazy(() => import('../details/NewDialog.tsx').then(it => ({ default: it.NewDialog })))

interface Props {
  readonly store: ChatStore
  readonly selected: string | null
  onOpen(conversation: string, message?: string): void
}

/** All conversations, and a search in them. */
export function ConversationList({ store, selected, onOpen }: Props) {
  const conversations = useCell(store.conversations)
  const failure = useCell(store.failure)
  const [isCreating, setCreating] = useState(false)
  const [task, setTask] = useState<HistoryTask | null>(null)
  const [query, setQuery] = useState('')
  // The user's device list does not contain this device, or there is none.
  const isNew = (failure as { code?: string } | null)?.code === 'no-devices'
  const words = query.trim().toLocaleLowerCase()
  const isFound = (each: ChatConversation) => nameOfConversation(each).toLocaleLowerCase().includes(words)
  const found = (conversations ?? []).filter(isFound)
  const requests = found.filter(({ isRequest }) => isRequest)
  const others = found.filter(({ isRequest }) => !isRequest)
  const row = (each: ChatConversation) => (
    <Row key={each.id} conversation={each} isSelected={each.id === selected} onOpen={() => onOpen(each.id)} />
  )
  return (
    <nav className={`${layout.stack} ${styles.list}`} aria-label={texts.conversations}>
      <div className={`${layout.row2} ${styles.head}`}>
        <label className={`${layout.row2} ${layout.search} ${layout.grow} ${styles.search}`}>
          <Icon name="search" size={16} />
          <input
            type="search"
            value={query}
            placeholder={texts.searchLabel}
            aria-label={texts.search}
            autoComplete="off"
            onChange={({ target }) => setQuery(target.value)}
          />
        </label>
        <IconButton icon="plus" variant="primary" label={texts.new} onClick={() => setCreating(true)} />
        <ListMenu store={store} onOpen={onOpen} onTask={setTask} />
      </div>
      {failure !== null && !isNew && (
        <div className={styles.part}>
          <Problem error={failure} onRetry={() => store.retry()} />
        </div>
      )}
      {isNew && (
        <EmptyState
          icon="chat"
          title={texts.noDevices}
          actions={
            <Button icon="refresh" onClick={() => store.retry()}>
              {controls.retry}
            </Button>
          }
        >
          {messageOf(failure)}
        </EmptyState>
      )}
      {conversations === null && failure === null && <Loading />}
      <div className={`${layout.scroll} ${styles.rows}`}>
        {requests.length > 0 && (
          <>
            <h2 className={`${layout.heading} ${styles.part}`}>{texts.requests}</h2>
            <ul>{requests.map(row)}</ul>
          </>
        )}
        <ul>{others.map(row)}</ul>
        {words !== '' && <Hits words={words} store={store} isAlone={found.length === 0} onOpen={onOpen} />}
        {conversations?.length === 0 && words === '' && (
          <EmptyState
            icon="chat"
            title={texts.empty}
            actions={
              <>
                <Button variant="primary" icon="plus" onClick={() => setCreating(true)}>
                  {texts.new}
                </Button>
                <Button onClick={() => setTask('bring')}>{texts.history.bring}</Button>
              </>
            }
          >
            {texts.emptyBody}
          </EmptyState>
        )}
      </div>
      {task && <HistoryDialog task={task} onClose={() => setTask(null)} />}
      {isCreating && (
        <Suspense>
          <NewDialog
            onClose={() => setCreating(false)}
            onCreated={created => {
              setCreating(false)
              store.put(created)
              onOpen(created.id)
            }}
          />
        </Suspense>
      )}
    </nav>
  )
}

/** The menu of the list. The browser asks for permission only if the user chooses this. */
function ListMenu(props: Pick<Props, 'store' | 'onOpen'> & { onTask(task: HistoryTask): void }) {
  const { store, onOpen, onTask } = props
  const { contacts } = useChatClient()
  const [asking, setAsking] = useState<'contacts' | 'report' | null>(null)
  const isOn = useCell(chatNotices)
  const toggle = () =>
    void setChatNotices(!isOn).then(now => {
      if (!isOn && !now) notify(texts.notices.refused, { type: 'bad' })
    })
  return (
    <>
      <Menu
        trigger={<IconButton icon="more" label={texts.more} />}
        items={() => [
          ...(contacts
            ? [
                {
                  ...{ text: texts.contacts, icon: 'peers' as const },
                  onSelect: () => setAsking('contacts'),
                },
              ]
            : []),
          { kind: 'choice', text: texts.notices.on, chosen: isOn, onSelect: toggle },
          { text: texts.report.verify, icon: 'alert', onSelect: () => setAsking('report') },
          { kind: 'separator' },
          { text: texts.history.bring, icon: 'download', onSelect: () => onTask('bring') },
          { text: texts.history.give, icon: 'upload', onSelect: () => onTask('give') },
          { text: texts.history.export, icon: 'save', onSelect: () => onTask('export') },
          { text: texts.history.import, icon: 'file', onSelect: () => onTask('import') },
        ]}
      />
      {asking === 'report' && (
        <Suspense>
          <VerifyReportDialog onClose={() => setAsking(null)} />
        </Suspense>
      )}
      {asking === 'contacts' && contacts && (
        <Suspense>
          <ContactsDialog {...{ contacts, store, onOpen }} onClose={() => setAsking(null)} />
        </Suspense>
      )}
    </>
  )
}

function Row(props: { conversation: ChatConversation; isSelected: boolean; onOpen(): void }) {
  const { conversation, isSelected, onOpen } = props
  const { id, kind, isMuted, isRequest, unread, draft, last, members } = conversation
  const name = nameOfConversation(conversation)
  const other = kind === 'private' ? members.find(({ isSelf }) => !isSelf) : undefined
  return (
    <li>
      <button
        type="button"
        className={`${layout.row3} ${layout.whole} ${layout.hover} ${styles.row}`}
        aria-current={isSelected ? 'true' : undefined}
        onClick={onOpen}
      >
        <Avatar name={name} seed={other?.did ?? id} icon={kind === 'share' ? 'link' : undefined} />
        <span className={`${layout.grow} ${styles.words}`}>
          <span className={layout.row2}>
            <bdi className={`${layout.grow} ${layout.clip} ${layout.bold}`}>{name}</bdi>
            {last && <span className={`${layout.faint} ${layout.fixed}`}>{formatShort(last.sentMs)}</span>}
          </span>
          <span className={layout.row2}>
            <bdi className={`${layout.grow} ${layout.clip} ${layout.soft}`}>
              {isRequest ? '' : lastLine(conversation)}
            </bdi>
            {isMuted && (
              <span className={layout.fixed} title={texts.muted}>
                <Icon name="muted" size={14} />
                <span className="visually-hidden">{texts.muted}</span>
              </span>
            )}
            {unread.mentions > 0 && (
              <span className={`${layout.fixed} ${layout.badge} ${styles.badge}`} title={texts.mentioned}>
                <span aria-hidden="true">@</span>
                <span className="visually-hidden">{texts.mentioned}</span>
              </span>
            )}
            {unread.messages > 0 && (
              <span
                className={`${layout.fixed} ${layout.badge} ${styles.badge} number`}
                data-quiet={isMuted || undefined}
                title={texts.unread({ count: unread.messages })}
              >
                <span aria-hidden="true">{formatCount(unread.messages)}</span>
                <span className="visually-hidden">{texts.unread({ count: unread.messages })}</span>
              </span>
            )}
          </span>
        </span>
      </button>
    </li>
  )

  function lastLine({ kind: it }: ChatConversation): string {
    if (draft.trim() !== '') return texts.draft({ text: draft.replace(/\s+/g, ' ').slice(0, 100) })
    if (!last) return texts.noMessages
    if (last.sender.isSelf) return texts.lastOf({ name: texts.you, text: lineOf(last) })
    return it === 'private' ? lineOf(last) : texts.lastOf({ name: nameOf(last.sender), text: lineOf(last) })
  }
}

function Hits(props: { words: string; store: ChatStore; isAlone: boolean; onOpen: Props['onOpen'] }) {
  const { words, store, isAlone, onOpen } = props
  const { api } = useChatClient()
  const text = useDeferredValue(words)
  const asked = useAnswer(signal => api.searchMessages({ text, limit: 30 }, { signal }), [text])
  const conversations = useCell(store.conversations) ?? []
  if (asked.error) return <Problem error={asked.error} onRetry={asked.reload} />
  const items = asked.value?.items ?? []
  if (items.length === 0)
    return isAlone && asked.value ? (
      <p className={`${layout.muted} ${styles.part}`}>{texts.noneFound}</p>
    ) : null
  return (
    <>
      <h2 className={`${layout.heading} ${styles.part}`}>{texts.messagesFound}</h2>
      <ul>
        {items.map(({ conversation, message }) => {
          const known = conversations.find(({ id }) => id === conversation)
          return (
            <li key={`${conversation} ${message.id}`}>
              <button
                type="button"
                className={`${layout.stack} ${layout.whole} ${layout.hover} ${styles.row}`}
                onClick={() => onOpen(conversation, message.id)}
              >
                <span className={`${layout.row2} ${layout.whole}`}>
                  <bdi className={`${layout.grow} ${layout.clip} ${layout.bold}`}>
                    {known ? nameOfConversation(known) : texts.unnamed}
                  </bdi>
                  <span className={`${layout.faint} ${layout.fixed}`}>{formatShort(message.sentMs)}</span>
                </span>
                <bdi className={`${layout.soft} ${styles.hit}`}>
                  {texts.lastOf({
                    name: message.sender.isSelf ? texts.you : nameOf(message.sender),
                    text: lineOf(message),
                  })}
                </bdi>
              </button>
            </li>
          )
        })}
      </ul>
    </>
  )
}
