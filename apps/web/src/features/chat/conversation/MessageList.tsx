import type { ChatConversation, ChatPerson } from '@shoal/api'
import {
  type FocusEvent,
  Fragment,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { nameOf } from '../../../shared/chat/shown-text.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { Spinner } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { texts } from '../../../shared/messages/chat.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { type MessageActions, MessageItem } from '../message/MessageItem.tsx'
import type { Messages, MessageWindow } from '../state/message-window.ts'
import { formatDay } from '../text/chat-times.ts'
import { rowsOf } from '../text/grouping.ts'
import { lineOf } from '../text/line-of.ts'
import styles from './conversation.module.css'

/** Distance to an end within which more is loaded, or the end is followed. */
const NEAR_PIXELS = 400
const END_PIXELS = 48

/** A message to scroll to. A new object scrolls there again. */
export interface Target {
  readonly id: string
}

interface Props {
  readonly shown: Messages
  readonly view: MessageWindow
  readonly conversation: ChatConversation
  readonly people: ReadonlyMap<string, ChatPerson>
  /**
   * The last message that had been read when the conversation was opened; null if nothing is
   * unread.
   */
  readonly readUpTo: string | null
  readonly target: Target | null
  readonly isWritable: boolean
  readonly actions: MessageActions
  /** Called with the last message that is on the screen. */
  onSeen(id: string): void
  onNewest(): void
}

/**
 * The messages of a conversation. Keeps the scroll position, and follows new messages at the end.
 */
export function MessageList(props: Props) {
  const { shown, view, conversation, people, readUpTo, isWritable, actions, onSeen, onNewest } = props
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLOListElement>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const [hovered, setHovered] = useState<string | null>(null)
  const [focused, setFocused] = useState<string | null>(null)
  const quoted = useCell(view.quoted)
  const rows = useMemo(() => rowsOf(shown.items, readUpTo), [shown.items, readUpTo])
  const byId = useMemo(() => new Map(shown.items.map(each => [each.id, each])), [shown.items])
  const arrival = useArrival(shown)
  const marked = useScroll(props, scroller, content, setAtEnd)
  useEffect(() => {
    for (const { replyTo } of shown.items)
      if (replyTo !== null && !byId.has(replyTo)) void view.quote(replyTo)
  }, [shown.items, byId, view])
  const reportSeen = useCallback(() => {
    const element = scroller.current
    if (!element) return
    const fromEnd = element.scrollHeight - element.scrollTop - element.clientHeight
    setAtEnd(fromEnd < END_PIXELS)
    if (element.scrollTop < NEAR_PIXELS) void view.loadOlder()
    if (fromEnd < NEAR_PIXELS) void view.loadNewer()
    const last = lastVisible(element)
    if (last !== null && document.visibilityState === 'visible') onSeen(last)
  }, [view, onSeen])
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs after every change of the messages
  useEffect(() => {
    reportSeen()
    document.addEventListener('visibilitychange', reportSeen)
    return () => document.removeEventListener('visibilitychange', reportSeen)
  }, [reportSeen, shown.items])
  const last = shown.items.at(-1)
  const lastOwn = shown.items.findLast(({ sender }) => sender.isSelf)
  const reached = focused !== null && byId.has(focused) ? focused : (last?.id ?? null)
  return (
    <div className={styles.log}>
      <p className="visually-hidden" aria-live="polite">
        {arrival}
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys move the focus among its messages, which show their buttons on hover */}
      <div
        ref={scroller}
        className={`${layout.tall} ${styles.scroller}`}
        onScroll={reportSeen}
        onPointerOver={event => isInside(event) && setHovered(messageAt(event.target))}
        onPointerLeave={() => setHovered(null)}
        onFocus={event => isInside(event) && setFocused(messageAt(event.target))}
        onBlur={(event: FocusEvent) => !event.currentTarget.contains(event.relatedTarget) && setFocused(null)}
        onKeyDown={moveFocus}
      >
        <ol ref={content} className={`${layout.end} ${styles.messages}`} aria-label={texts.messages}>
          {shown.hasOlder ? (
            <li className={`${layout.center} ${styles.older}`} aria-label={texts.loadingOlder}>
              <Spinner />
            </li>
          ) : (
            <li className={`${layout.faint} ${layout.centered} ${styles.older}`}>{texts.beginning}</li>
          )}
          {rows.map(row =>
            row.kind === 'message' ? (
              <MessageItem
                key={row.key}
                message={row.message}
                isFirst={row.isFirst}
                quoted={quotedBy(row.message.replyTo, byId, quoted)}
                people={people}
                isActive={row.key === hovered || row.key === focused}
                isReached={row.key === reached}
                isMarked={row.key === marked}
                isWritable={isWritable}
                isAdmin={conversation.members.some(each => each.isSelf && each.isAdmin)}
                hasLinks={!conversation.isRequest}
                isLastOwn={row.message === lastOwn}
                readBy={row.message === lastOwn ? readersOf(conversation, row.key, props) : null}
                actions={actions}
              />
            ) : (
              <Fragment key={row.key}>
                <li className={styles.divider} data-unread={row.kind === 'unread' || undefined}>
                  <span>{row.kind === 'day' ? formatDay(row.atMs) : texts.newMessages}</span>
                </li>
              </Fragment>
            ),
          )}
        </ol>
      </div>
      {(!isAtEnd || shown.hasNewer) && (
        <Button className={styles.newest} size="small" icon="down" onClick={onNewest}>
          {texts.newest}
        </Button>
      )}
    </div>
  )
}

/** Returns the newest message from another person, for screen readers. */
function useArrival({ items, hasNewer }: Messages): string {
  const last = items.at(-1)
  const before = useRef(last?.id)
  const [text, setText] = useState('')
  useEffect(() => {
    const isNew = !hasNewer && last !== undefined && last.id !== before.current && !last.sender.isSelf
    if (isNew) setText(texts.lastOf({ name: nameOf(last.sender), text: lineOf(last) }))
    before.current = last?.id
  }, [last, hasNewer])
  return text
}

function quotedBy(
  replyTo: string | null,
  byId: ReadonlyMap<string, Messages['items'][number]>,
  quoted: ReadonlyMap<string, Messages['items'][number] | null>,
) {
  return replyTo === null ? undefined : (byId.get(replyTo) ?? quoted.get(replyTo))
}

/** Returns the names of those who have read a message, or null if there are none. */
function readersOf({ readBy }: ChatConversation, id: string, { shown, people }: Props): string | null {
  const at = shown.items.findIndex(each => each.id === id)
  const readers = readBy.filter(({ upTo }) => shown.items.findIndex(each => each.id === upTo) >= at)
  const names = readers.flatMap(({ did }) => {
    const person = people.get(did)
    return person && !person.isSelf ? [nameOf(person)] : []
  })
  return names.length === 0 ? null : names.join(', ')
}

/**
 * Keeps the scroll position while messages are added above and below, and scrolls to a target.
 * Returns the message to mark.
 */
function useScroll(
  { shown, target, readUpTo }: Props,
  scroller: RefObject<HTMLDivElement | null>,
  content: RefObject<HTMLOListElement | null>,
  setAtEnd: (isAtEnd: boolean) => void,
): string | null {
  const [marked, setMarked] = useState<string | null>(null)
  const isPlaced = useRef(false)
  const reachedTarget = useRef<Target | null>(null)
  /** The first message on the screen, and its position. */
  const anchor = useRef<{ readonly id: string; readonly top: number } | null>(null)
  const isFollowing = useRef(true)

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    const go = () => {
      if (target && target !== reachedTarget.current) {
        const row = rowOf(element, target.id)
        if (row) {
          reachedTarget.current = target
          isPlaced.current = true
          row.scrollIntoView({ block: 'center' })
          row.focus({ preventScroll: true })
          setMarked(target.id)
          return
        }
      }
      if (!isPlaced.current) {
        isPlaced.current = true
        const line = readUpTo !== null && element.querySelector('[data-unread]')
        if (line) line.scrollIntoView({ block: 'start' })
        else element.scrollTop = element.scrollHeight
        return
      }
      if (isFollowing.current && !shown.hasNewer) {
        element.scrollTop = element.scrollHeight
        return
      }
      const kept = anchor.current && rowOf(element, anchor.current.id)
      if (kept) element.scrollTop += kept.getBoundingClientRect().top - anchor.current!.top
    }
    go()
    remember()
    setAtEnd(isFollowing.current)

    function remember() {
      const fromEnd = element!.scrollHeight - element!.scrollTop - element!.clientHeight
      isFollowing.current = fromEnd < END_PIXELS
      const first = firstVisible(element!)
      anchor.current = first && {
        id: first.dataset.message!,
        top: first.getBoundingClientRect().top,
      }
    }
    element.addEventListener('scroll', remember)
    const observer = new ResizeObserver(() => {
      if (isFollowing.current && !shown.hasNewer) element.scrollTop = element.scrollHeight
    })
    observer.observe(element)
    observer.observe(content.current!)
    return () => {
      element.removeEventListener('scroll', remember)
      observer.disconnect()
    }
  }, [shown, target, readUpTo, scroller, content, setAtEnd])
  return marked
}

const rowsIn = (element: HTMLElement) => [...element.querySelectorAll<HTMLElement>('[data-message]')]

const rowOf = (element: HTMLElement, id: string) =>
  element.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`)

/** Menus of messages are elsewhere in the DOM. */
function isInside({ currentTarget, target }: { currentTarget: Element; target: EventTarget }): boolean {
  return currentTarget.contains(target as Element)
}

function messageAt(target: EventTarget): string | null {
  return (target as Element).closest<HTMLElement>('[data-message]')?.dataset.message ?? null
}

function firstVisible(element: HTMLElement): HTMLElement | null {
  const { top } = element.getBoundingClientRect()
  return rowsIn(element).find(row => row.getBoundingClientRect().bottom > top) ?? null
}

function lastVisible(element: HTMLElement): string | null {
  const { bottom } = element.getBoundingClientRect()
  const row = rowsIn(element).findLast(each => each.getBoundingClientRect().bottom <= bottom + 8)
  return row?.dataset.message ?? null
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const row = event.target as HTMLElement
  if (row.dataset.message === undefined) return
  const rows = rowsIn(event.currentTarget)
  const at = rows.indexOf(row)
  const next = {
    ArrowUp: rows[at - 1],
    ArrowDown: rows[at + 1],
    Home: rows[0],
    End: rows.at(-1),
  }[event.key]
  if (!next) return
  event.preventDefault()
  next.focus()
  next.scrollIntoView({ block: 'nearest' })
}
