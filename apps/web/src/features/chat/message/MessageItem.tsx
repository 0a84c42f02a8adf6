import type { ChatMessage, ChatPerson } from '@shoal/api'
import { memo, useEffect, useMemo, useState } from 'react'
import { copyText } from '../../../shared/base/clipboard.ts'
import { readLink, shoalLinksIn } from '../../../shared/chat/shoal-links.ts'
import { isEmoji, nameOf, shortDid } from '../../../shared/chat/shown-text.ts'
import { IconButton } from '../../../shared/controls/Button.tsx'
import { ConfirmDialog } from '../../../shared/controls/ConfirmDialog.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Menu, type MenuItem } from '../../../shared/controls/Menu.tsx'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { formatDate } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/chat.ts'
import { Avatar } from '../Avatar.tsx'
import { formatClock } from '../text/chat-times.ts'
import { lineOf } from '../text/line-of.ts'
import { VerifiedMark } from '../VerifiedMark.tsx'
import { EmojiPicker } from './EmojiPicker.tsx'
import { LinkCard } from './LinkCard.tsx'
import { MessageText } from './MessageText.tsx'
import styles from './message.module.css'

export interface MessageActions {
  reply(message: ChatMessage): void
  edit(message: ChatMessage): void
  remove(message: ChatMessage): void
  report(message: ChatMessage): void
  react(message: ChatMessage, emoji: string | null): void
  jump(id: string): void
}

interface Props {
  readonly message: ChatMessage
  readonly isFirst: boolean
  /**
   * The message that this one answers; null if this device lacks it, undefined if there is none or
   * it is not known yet.
   */
  readonly quoted: ChatMessage | null | undefined
  readonly people: ReadonlyMap<string, ChatPerson>
  /** Whether the buttons are shown. */
  readonly isActive: boolean
  /** Whether Tab reaches the message. */
  readonly isReached: boolean
  readonly isMarked: boolean
  /** Whether the user may write in this conversation. */
  readonly isWritable: boolean
  readonly isAdmin: boolean
  /** Whether links can be opened. They cannot in the request of a stranger. */
  readonly hasLinks: boolean
  /** Whether this is the user's last message, which shows that it was sent. */
  readonly isLastOwn: boolean
  /** Names of those who have read the message, for the user's last one. */
  readonly readBy: string | null
  readonly actions: MessageActions
}

export const MessageItem = memo(function MessageItem(props: Props) {
  const { message, isFirst, isActive, isReached, isMarked, people, hasLinks } = props
  const { id, sender, sentMs, state, replyTo } = message
  const name = nameOf(sender)
  // The buttons stay while the menu of one of them has the pointer and the focus.
  const [isHeld, setHeld] = useState(false)
  const mentioned = useMemo(
    () => message.mentions.flatMap(did => people.get(did) ?? []),
    [message.mentions, people],
  )
  const links = useMemo(
    () => [...message.files.map(readLink), ...shoalLinksIn(message.text)],
    [message.files, message.text],
  )
  const isText = state === 'shown' || state === 'edited'
  return (
    <li
      className={isFirst ? `${styles.message} ${styles.first}` : styles.message}
      data-message={id}
      data-self={sender.isSelf || undefined}
      data-marked={isMarked || undefined}
      data-mentioned={mentioned.some(({ isSelf }) => isSelf) || undefined}
      tabIndex={isReached ? 0 : -1}
    >
      {isFirst && <Avatar name={name} seed={sender.did} />}
      <div className={`${layout.stack1} ${layout.start} ${layout.shrink} ${styles.body}`}>
        {isFirst ? (
          <p className={styles.head}>
            <bdi className={`${layout.bold} ${styles.name}`}>{sender.isSelf ? texts.you : name}</bdi>
            <VerifiedMark person={people.get(sender.did) ?? sender} />
            {!sender.isSelf && !sender.isContact && (
              <span className={layout.faint} title={sender.did}>
                {texts.notContact} <span className={layout.verbatim}>{shortDid(sender.did)}</span>
              </span>
            )}
            <time
              className={layout.faint}
              dateTime={new Date(sentMs).toISOString()}
              title={formatDate(sentMs)}
            >
              {formatClock(sentMs)}
            </time>
          </p>
        ) : (
          <p className="visually-hidden">
            {name} {formatClock(sentMs)}
          </p>
        )}
        {replyTo !== null && <Quote {...props} />}
        {isText && <MessageText text={message.text} mentioned={mentioned} hasLinks={hasLinks} />}
        {state === 'deleted' && <p className={layout.muted}>{texts.deleted}</p>}
        {state === 'unknown' && <p className={layout.muted}>{texts.unknown}</p>}
        {isText && hasLinks && links.map(link => <LinkCard key={link.link} link={link} />)}
        {isText && !hasLinks && links.length > 0 && <p className={layout.soft}>{texts.link.request}</p>}
        <Reactions {...props} />
        <State {...props} />
      </div>
      {(isActive || isHeld) && isText && <Actions {...props} onHeld={setHeld} />}
    </li>
  )
})

function Quote({ message, quoted, actions }: Props) {
  if (!quoted)
    return <p className={`${layout.soft} ${styles.quote}`}>{quoted === null ? texts.replyGone : '…'}</p>
  return (
    <button
      type="button"
      className={`${layout.soft} ${styles.quote}`}
      title={texts.jump}
      onClick={() => actions.jump(message.replyTo!)}
    >
      <span className="visually-hidden">{texts.replyTo({ name: nameOf(quoted.sender) })}: </span>
      <bdi className={layout.bold} aria-hidden="true">
        {quoted.sender.isSelf ? texts.you : nameOf(quoted.sender)}
      </bdi>{' '}
      <bdi className={layout.break}>{lineOf(quoted)}</bdi>
    </button>
  )
}

function Reactions({ message, people, isWritable, actions }: Props) {
  const shown = message.reactions.filter(({ emoji, by }) => isEmoji(emoji) && by.length > 0)
  if (shown.length === 0) return null
  const isOwn = (did: string) => people.get(did)?.isSelf === true
  return (
    <div className={layout.wrap1}>
      {shown.map(({ emoji, by }) => {
        const own = by.some(isOwn)
        const names = by
          .map(did => (isOwn(did) ? texts.you : nameOf(people.get(did) ?? { did, name: null })))
          .join(', ')
        return (
          <button
            key={emoji}
            type="button"
            className={`${layout.surface} ${layout.small} ${styles.reaction}`}
            aria-pressed={own}
            disabled={!isWritable}
            title={texts.reactedBy({ emoji, names })}
            onClick={() => actions.react(message, own ? null : emoji)}
          >
            <span aria-hidden="true">{emoji}</span>
            <span className="visually-hidden">{texts.reactedBy({ emoji, names })}</span>
            <span className="number">{by.length}</span>
          </button>
        )
      })}
    </div>
  )
}

/** Shows whether a message was edited, sent and read. */
function State({ message: { state, delivery, sender }, isLastOwn, readBy }: Props) {
  const facts = [
    state === 'edited' && texts.edited,
    sender.isSelf && delivery !== 'delivered' && texts.delivery[delivery],
    isLastOwn && delivery === 'delivered' && readBy === null && texts.delivery.delivered,
    readBy !== null && texts.readBy({ names: readBy }),
    sender.isSelf && delivery === 'failed' && texts.failedHelp,
  ].filter(fact => fact !== false)
  const isFailed = sender.isSelf && delivery === 'failed'
  if (facts.length === 0) return null
  return (
    <p className={`${layout.faint} ${styles.state}`} data-tone={isFailed ? 'bad' : undefined}>
      {sender.isSelf && (delivery !== 'delivered' || isLastOwn) && (
        <Icon name={isFailed ? 'alert' : delivery === 'waiting' ? 'clock' : 'check'} size={13} />
      )}
      <span className={layout.break}>{facts.join(' · ')}</span>
    </p>
  )
}

function Actions(props: Props & { onHeld(isHeld: boolean): void }) {
  const { message, isReached, isWritable, isAdmin, actions, onHeld } = props
  const [isOpen, setOpen] = useState(false)
  const [isDeleting, setDeleting] = useState(false)
  useEffect(() => onHeld(isOpen || isDeleting), [onHeld, isOpen, isDeleting])
  const { sender, text } = message
  const tabIndex = isReached ? 0 : -1
  const copy = () => copyText(text).then(() => notify(texts.copied, { type: 'good' }), notifyError)
  const items = (): readonly MenuItem[] => [
    { text: texts.copy, icon: 'copy', onSelect: copy },
    ...(isWritable && sender.isSelf
      ? [{ text: texts.edit, icon: 'edit' as const, onSelect: () => actions.edit(message) }]
      : []),
    ...(sender.isSelf
      ? []
      : [
          {
            ...{ text: texts.report.action, icon: 'alert' as const },
            onSelect: () => actions.report(message),
          },
        ]),
    ...(isWritable && (sender.isSelf || isAdmin)
      ? [
          {
            ...{ text: texts.delete, icon: 'trash' as const, danger: true },
            onSelect: () => setDeleting(true),
          },
        ]
      : []),
  ]
  return (
    <div className={`${layout.row} ${layout.card} ${styles.actions}`}>
      {isWritable && (
        <>
          <EmojiPicker
            trigger={<IconButton icon="smile" size="small" label={texts.react} tabIndex={tabIndex} />}
            onChoose={emoji => actions.react(message, emoji)}
            onOpenChange={setOpen}
          />
          <IconButton
            icon="reply"
            size="small"
            label={texts.reply}
            tabIndex={tabIndex}
            onClick={() => actions.reply(message)}
          />
        </>
      )}
      <Menu
        trigger={
          <IconButton
            icon="more"
            size="small"
            label={texts.actionsOf({ name: sender.isSelf ? texts.you : nameOf(sender) })}
            tabIndex={tabIndex}
          />
        }
        items={items}
        onOpenChange={setOpen}
      />
      {isDeleting && (
        <ConfirmDialog
          title={texts.delete}
          description={texts.deleteConfirm}
          confirm={texts.deleteHere}
          icon="trash"
          onConfirm={() => actions.remove(message)}
          onClose={() => setDeleting(false)}
        />
      )}
    </div>
  )
}
