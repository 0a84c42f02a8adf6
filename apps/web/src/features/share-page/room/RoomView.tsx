import type { VisitMessage } from '@shoal/chat/visit'
import { hex } from '@shoal/torrent/base'
import {
  type FormEvent,
  type KeyboardEvent,
  memo,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'
import { type ShoalLink, shoalLinksIn, withoutLinks } from '../../../shared/chat/shoal-links.ts'
import { isEmoji, nameOf, shownText } from '../../../shared/chat/shown-text.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import { TextArea, TextField } from '../../../shared/controls/Field.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import { formatBytes, listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import MarkdownView, {
  type MarkdownParts,
  MarkdownPartsContext,
} from '../../../shared/media/MarkdownView.tsx'
import { locale } from '../../../shared/messages/language.ts'
import { texts } from '../../../shared/messages/share-room.ts'
import styles from './room.module.css'
import { useVisit, type Visit } from './use-visit.ts'

const MAX_CHARACTERS = 4000
const MAX_NAME_CHARACTERS = 60
const MAX_REACTIONS = 20
const LONG_CHARACTERS = 1500
const PARTS: MarkdownParts = { link: LinkWithHost, heading: PlainHeading }
const time = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' })

/** An open room: what was written, and a field to write. */
export default function RoomView({ hub, secret }: { readonly hub: string; readonly secret: Uint8Array }) {
  const visit = useVisit(hub, secret)
  if (!visit) return <p className={layout.muted}>{texts.opening}</p>
  return (
    <div className={layout.stack3}>
      <State visit={visit} hub={new URL(hub).host} />
      <Messages visit={visit} />
      {visit.state !== 'ended' && <Composer visit={visit} />}
    </div>
  )
}

function State({ visit: { state, problem }, hub }: { readonly visit: Visit; readonly hub: string }) {
  if (state === 'ended')
    return (
      <Notice>{problem?.code === 'unauthorized' ? texts.noGuests({ hub }) : texts.ended({ hub })}</Notice>
    )
  return (
    <>
      {problem && <Notice>{problem.code === 'forked-log' ? texts.forked({ hub }) : texts.refused}</Notice>}
      <p className={layout.soft} role="status">
        {state === 'open' ? texts.whoReads : state === 'connecting' ? texts.connecting({ hub }) : texts.away}
      </p>
    </>
  )
}

function Messages({ visit }: { readonly visit: Visit }) {
  const { messages, hasOlder, state, readOlder } = visit
  const list = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const newest = messages.at(-1)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows each new message
  useEffect(() => {
    if (isAtEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight
  }, [newest?.id, messages.length])
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = list.current!
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
  }
  return (
    <div
      ref={list}
      className={styles.messages}
      role="log"
      aria-label={texts.title}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
      onScroll={scrolled}
    >
      {visit.isTooLarge && <p className={layout.soft}>{texts.tooLarge}</p>}
      {hasOlder && (
        <Button size="small" variant="quiet" onClick={readOlder}>
          {texts.older}
        </Button>
      )}
      {messages.length === 0 && state === 'open' && <p className={layout.muted}>{texts.empty}</p>}
      {messages.map(message => (
        <Message key={hex(message.id)} message={message} />
      ))}
    </div>
  )
}

/** A change of one message renders no other one again. */
const Message = memo(
  PlainMessage,
  ({ message: one }, { message: other }) =>
    (['id', 'state', 'text', 'delivery'] as const).every(member => one[member] === other[member]) &&
    reactionsOf(one).join() === reactionsOf(other).join(),
)

function PlainMessage({ message }: { readonly message: VisitMessage }) {
  const { text, files, state, sender, by, isOwn, sentMs, delivery } = message
  const [isWhole, setWhole] = useState(false)
  const reactions = reactionsOf(message)
  const links = [
    ...new Map(shoalLinksIn([text, ...files].join('\n')).map(link => [link.link, link])).values(),
  ]
  const isLong = text.length > LONG_CHARACTERS
  const content = withoutLinks(shownText(isLong && !isWhole ? `${text.slice(0, LONG_CHARACTERS)} …` : text))
  return (
    <div className={layout.stack1}>
      <p className={`${layout.wrap2} ${styles.head}`}>
        <bdi className={layout.bold}>{nameOf({ did: sender, name: by })}</bdi>
        <span className={layout.soft}>
          {listOf(
            isOwn ? texts.you : null,
            time.format(sentMs),
            state === 'edited' ? texts.edited : null,
            delivery === 'waiting' ? texts.waiting : delivery === 'failed' ? texts.failed : null,
          )}
        </span>
      </p>
      {state === 'deleted' && <p className={layout.soft}>{texts.deleted}</p>}
      {state === 'unknown' && <p className={layout.soft}>{texts.unknown}</p>}
      {content !== '' && (
        <div className={styles.text}>
          <MarkdownPartsContext value={PARTS}>
            <MarkdownView text={content} />
          </MarkdownPartsContext>
        </div>
      )}
      {isLong && !isWhole && (
        <div>
          <Button size="small" variant="quiet" onClick={() => setWhole(true)}>
            {texts.showAll}
          </Button>
        </div>
      )}
      {links.map(link => (
        <SharedLink key={link.link} link={link} />
      ))}
      {reactions.length > 0 && <p className={layout.soft}>{reactions.join(' ')}</p>}
    </div>
  )
}

/** Returns emoji with how many persons chose them. Other texts are not shown. */
function reactionsOf({ reactions }: VisitMessage): readonly string[] {
  return [...reactions]
    .filter(([emoji]) => isEmoji(emoji))
    .slice(0, MAX_REACTIONS)
    .map(([emoji, persons]) => `${emoji} ${persons.length}`)
}

/** A share in a message: what it is, and where it opens. */
function SharedLink({ link: { link, name, lengthBytes, isSealed, isWhole } }: { readonly link: ShoalLink }) {
  const label = name === null ? texts.share : shownName(name)
  const facts = listOf(
    lengthBytes === null ? null : formatBytes(lengthBytes),
    isSealed ? texts.sealed : null,
    isWhole ? null : texts.broken,
  )
  const at = link.startsWith('magnet:') ? `#${link}` : link.slice(link.indexOf('#'))
  return (
    <p className={layout.break}>
      {isWhole ? (
        <a href={at} target="_blank" rel="noopener noreferrer">
          {label}
        </a>
      ) : (
        label
      )}{' '}
      {facts !== '' && <span className={layout.soft}>{facts}</span>}
    </p>
  )
}

function Composer({ visit }: { readonly visit: Visit }) {
  const [name, setName] = useState(visit.name)
  const [text, setText] = useState('')
  const id = useId()
  const send = (event?: FormEvent) => {
    event?.preventDefault()
    if (text.trim() === '') return
    visit.send(text.trim(), name)
    setText('')
  }
  const sendOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <form className={layout.stack2} onSubmit={send} aria-labelledby={id}>
      <span id={id} className="visually-hidden">
        {texts.write}
      </span>
      <TextField
        label={texts.name}
        hint={texts.nameHint}
        value={name}
        maxLength={MAX_NAME_CHARACTERS}
        autoComplete="nickname"
        onChange={event => setName(event.target.value)}
      />
      <TextArea
        label={texts.message}
        value={text}
        rows={2}
        maxLength={MAX_CHARACTERS}
        onChange={event => setText(event.target.value)}
        onKeyDown={sendOnEnter}
      />
      <div>
        <Button type="submit" disabled={text.trim() === ''}>
          {texts.send}
        </Button>
      </div>
    </form>
  )
}

/** A link with the host that it leads to, if its text is not its address. */
function LinkWithHost(props: {
  readonly href: string
  readonly label: string
  readonly children: ReactNode
}) {
  const { href, label, children } = props
  const url = URL.parse(href)
  const host = label === href || !url ? '' : url.host || url.pathname
  const hidden = host !== '' && <span className={layout.soft}> ({host})</span>
  // Shares are shown below the text.
  if (url?.protocol === 'magnet:')
    return (
      <>
        {children}
        {hidden}
      </>
    )
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
      {hidden}
    </>
  )
}

/** Headings in messages do not belong to the outline of the page. */
function PlainHeading({ children }: { readonly children: ReactNode }) {
  return (
    <p>
      <strong>{children}</strong>
    </p>
  )
}
