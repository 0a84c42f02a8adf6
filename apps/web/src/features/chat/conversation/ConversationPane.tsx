import type { ChatConversation, ChatMessage, ChatPerson } from '@shoal/api'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { IconButton } from '../../../shared/controls/Button.tsx'
import { Loading, Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { useTitle } from '../../../shared/controls/Page.tsx'
import { Notice } from '../../../shared/controls/Panels.tsx'
import { notifyError } from '../../../shared/controls/toasts.ts'
import { type DroppedFile, withoutHidden } from '../../../shared/dropped/dropped.ts'
import { listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { Avatar } from '../Avatar.tsx'
import { useChatClient } from '../chat-client.ts'
import type { MessageActions } from '../message/MessageItem.tsx'
import { type ChatStore, peopleOf, presenceKey } from '../state/chat-store.ts'
import { MessageWindow } from '../state/message-window.ts'
import { nameOfConversation } from '../text/names.ts'
import { VerifiedMark } from '../VerifiedMark.tsx'
import { Composer, type Composing } from './Composer.tsx'
import { ConversationMenu } from './ConversationMenu.tsx'
import styles from './conversation.module.css'
import { MessageList, type Target } from './MessageList.tsx'
import { RequestBar } from './RequestBar.tsx'

const ReportDialog = lazy(() => import('../details/ReportDialog.tsx'))

/** With this many unread messages, a conversation opens at the first of them. */
const MANY_UNREAD = 20
/** Older problems are shown only in the details. */
const PROBLEM_MS = 86_400_000
const HERE_EVERY_MS = 60_000

interface Props {
  readonly store: ChatStore
  readonly conversation: ChatConversation
  /** A message to scroll to. */
  readonly message: Target | null
  onOpen(conversation: string | null): void
}

/** One conversation: its messages and the composer. */
export function ConversationPane({ store, conversation, message, onOpen }: Props) {
  const client = useChatClient()
  const { id, kind, state, isRequest, members, unread } = conversation
  const [view] = useState(() => new MessageWindow(client, id))
  const [readUpTo, setReadUpTo] = useState(unread.messages > 0 ? conversation.readUpTo : null)
  const [target, setTarget] = useState<Target | null>(null)
  const [composing, setComposing] = useState<Composing | null>(null)
  const [reported, setReported] = useState<ChatMessage | null>(null)
  const [files, setFiles] = useState<readonly DroppedFile[]>([])
  const shown = useCell(view.messages)
  const failure = useCell(view.failure)
  const isWritable = state === 'member' && !isRequest
  const name = nameOfConversation(conversation)
  const people = usePeople(conversation, shown?.items)
  useTitle(name)
  useEffect(() => view.follow(), [view])
  const jump = useCallback(
    async (to: string) => {
      if (!view.messages.get()?.items.some(each => each.id === to)) await view.open(to)
      setTarget({ id: to })
    },
    [view],
  )
  const first = useRef({ message, around: unread.messages > MANY_UNREAD ? conversation.readUpTo : null })
  useEffect(() => {
    if (message) void jump(message.id)
    else if (!view.messages.get()) void view.open(first.current.around)
  }, [message, jump, view])
  useHere(id, isWritable)
  useDrops(isWritable, setFiles)
  const onSeen = useReading(conversation, view, isWritable)
  const newest = async () => {
    if (view.messages.get()?.hasNewer) await view.open(null)
    const last = view.messages.get()?.items.at(-1)
    if (last) setTarget({ id: last.id })
  }
  const actions = useActions(view, id, setComposing, setReported, jump)
  const sent = (message: ChatMessage) => {
    setReadUpTo(null)
    view.put(message)
    if (view.messages.get()?.hasNewer) void newest()
    else if (!composing || composing.kind === 'reply') setTarget({ id: message.id })
  }
  const editLast = () => {
    const last = shown?.items.findLast(each => each.sender.isSelf && /^(shown|edited)$/.test(each.state))
    if (last) setComposing({ kind: 'edit', message: last })
  }
  const other = kind === 'private' ? members.find(({ isSelf }) => !isSelf) : undefined
  return (
    <section className={`${layout.stack} ${layout.tall} ${layout.shrink} ${styles.pane}`} aria-label={name}>
      <header className={`${layout.row3} ${layout.ruled} ${layout.surface} ${styles.head}`}>
        <IconButton icon="left" label={texts.back} className={styles.back} onClick={() => onOpen(null)} />
        <Avatar name={name} seed={other?.did ?? id} icon={kind === 'share' ? 'link' : undefined} />
        <div className={layout.grow}>
          <div className={layout.row1}>
            <h2 className={`${layout.clip} ${layout.large} ${styles.title}`}>
              <bdi>{name}</bdi>
            </h2>
            {other && <VerifiedMark person={other} />}
          </div>
          <p className={`${layout.faint} ${layout.clip}`}>
            {listOf(
              texts.kinds[kind],
              kind === 'group' ? texts.members({ count: members.length }) : null,
              conversation.isMuted ? texts.muted : null,
            )}
            {other && <Here store={store} conversation={id} did={other.did} />}
          </p>
        </div>
        <ConversationMenu store={store} conversation={conversation} onOpen={onOpen} />
      </header>
      {!isRequest && (
        <p className={`${layout.small} ${styles.promise}`} data-tone={kind === 'share' ? 'warn' : undefined}>
          {texts.promise[kind]}
        </p>
      )}
      <LastProblem conversation={conversation} />
      {state !== 'member' && <Notice tone="info">{texts[state]}</Notice>}
      {isRequest && <RequestBar store={store} conversation={conversation} onOpen={onOpen} />}
      {failure !== null && <Problem error={failure} onRetry={() => void view.open(null)} />}
      {shown ? (
        <MessageList
          {...{ shown, view, conversation, people, readUpTo, target, isWritable, actions, onSeen }}
          onNewest={() => void newest()}
        />
      ) : (
        <div className={styles.log}>{failure === null && <Loading />}</div>
      )}
      {reported && (
        <Suspense>
          <ReportDialog conversation={id} message={reported} onClose={() => setReported(null)} />
        </Suspense>
      )}
      {isWritable && (
        <>
          <TypingLine store={store} conversation={id} people={people} />
          <Composer
            {...{ conversation, people, composing, files }}
            onEditLast={editLast}
            onComposing={setComposing}
            onFiles={setFiles}
            onSent={sent}
          />
        </>
      )}
    </section>
  )
}

/** Shows the last refused action of others, or the last error of the hub. */
function LastProblem({ conversation: { problems } }: Pick<Props, 'conversation'>) {
  const last = problems.at(-1)
  if (!last || Date.now() - last.atMs > PROBLEM_MS) return null
  return (
    <Notice tone="warn">
      <strong>{texts.problem}:</strong> <bdi className={layout.break}>{shownName(last.message)}</bdi>
    </Notice>
  )
}

/** Returns the same map while it has not changed, so that messages are not rendered again. */
function usePeople(
  conversation: ChatConversation,
  items: readonly ChatMessage[] | undefined,
): ReadonlyMap<string, ChatPerson> {
  const kept = useRef<ReadonlyMap<string, ChatPerson>>(new Map())
  return useMemo(() => {
    const people = peopleOf(conversation, items?.map(({ sender }) => sender) ?? [])
    if (JSON.stringify([...people]) !== JSON.stringify([...kept.current])) kept.current = people
    return kept.current
  }, [conversation, items])
}

function Here({ store, conversation, did }: { store: ChatStore; conversation: string; did: string }) {
  const known = useCell(store.presence).get(presenceKey(conversation, did))
  return known && known.hereUntilMs > Date.now() ? <> · {texts.online}</> : null
}

function TypingLine(
  props: Pick<Props, 'store'> & { conversation: string; people: ReadonlyMap<string, ChatPerson> },
) {
  const { store, conversation, people } = props
  const presence = useCell(store.presence)
  const nowMs = Date.now()
  const names = [...people.values()]
    .filter(each => !each.isSelf && !each.isBlocked)
    .filter(({ did }) => (presence.get(presenceKey(conversation, did))?.typingUntilMs ?? 0) > nowMs)
    .map(nameOf)
  const [name, other] = names
  const say = texts.typing
  return (
    <p className={`${layout.faint} ${layout.clip} ${styles.typing}`} aria-live="polite">
      {name !== undefined &&
        (other === undefined
          ? say.single({ name })
          : names.length === 2
            ? say.both({ name, other })
            : say.several)}
    </p>
  )
}

/** Sends that the user is present while the page is visible. */
function useHere(conversation: string, isWritable: boolean): void {
  const { api } = useChatClient()
  useEffect(() => {
    if (!isWritable) return
    const show = (what: 'here' | 'away') => void api.showPresence({ conversation, what }).catch(() => {})
    const update = () => show(document.visibilityState === 'visible' ? 'here' : 'away')
    update()
    const timer = setInterval(() => document.visibilityState === 'visible' && show('here'), HERE_EVERY_MS)
    document.addEventListener('visibilitychange', update)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', update)
      show('away')
    }
  }, [api, conversation, isWritable])
}

/** Attaches files that are dropped on the page to this conversation. */
function useDrops(isWritable: boolean, take: (files: readonly DroppedFile[]) => void): void {
  const { files: sharing } = useChatClient().shares
  useEffect(() => {
    if (!isWritable || !sharing) return
    return sharing.takeDrops(texts.compose.dropHint, files => take(withoutHidden(files)))
  }, [isWritable, sharing, take])
}

/** Marks messages that were on the screen as read. For a request, no receipt is sent. */
function useReading(
  { id, readUpTo }: ChatConversation,
  view: MessageWindow,
  isWritable: boolean,
): (message: string) => void {
  const { api } = useChatClient()
  const marked = useRef(readUpTo)
  return useCallback(
    message => {
      const items = view.messages.get()?.items ?? []
      const at = (wanted: string | null) => items.findIndex(each => each.id === wanted)
      if (!isWritable || at(message) <= at(marked.current)) return
      marked.current = message
      // The next message marks it again.
      api.markRead({ conversation: id, message }).catch(() => {})
    },
    [api, id, isWritable, view],
  )
}

function useActions(
  view: MessageWindow,
  conversation: string,
  compose: (composing: Composing) => void,
  report: (message: ChatMessage) => void,
  jump: (id: string) => Promise<void>,
): MessageActions {
  const { api } = useChatClient()
  return useMemo(() => {
    const put = (message: ChatMessage) => view.put(message)
    return {
      reply: message => compose({ kind: 'reply', message }),
      edit: message => compose({ kind: 'edit', message }),
      remove: ({ id }) => void api.deleteMessage({ conversation, message: id }).then(put, notifyError),
      react: ({ id }, emoji) =>
        void api.reactToMessage({ conversation, message: id, emoji }).then(put, notifyError),
      report,
      jump: id => void jump(id),
    }
  }, [api, view, conversation, compose, report, jump])
}
