import type { ChatPerson } from '@shoal/api'
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { withoutLinks } from '../../../shared/chat/shoal-links.ts'
import { shownText } from '../../../shared/chat/shown-text.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import MarkdownView, {
  type MarkdownParts,
  MarkdownPartsContext,
} from '../../../shared/media/MarkdownView.tsx'
import { texts } from '../../../shared/messages/chat.ts'
import { mentionParts } from '../text/mentions.ts'
import styles from './message.module.css'

const LONG_CHARACTERS = 1500
const LONG_LINES = 24

interface Shown {
  readonly mentioned: readonly ChatPerson[]
  /** Whether addresses are links. */
  readonly hasLinks: boolean
}

const ShownContext = createContext<Shown>({ mentioned: [], hasLinks: true })
const PARTS: MarkdownParts = { text: TextWithMentions, link: LinkWithHost, heading: PlainHeading }

interface Props {
  readonly text: string
  readonly mentioned: readonly ChatPerson[]
  readonly hasLinks: boolean
}

/** The text of a message, in Markdown. Long texts are initially cut. */
export function MessageText({ text, mentioned, hasLinks }: Props) {
  const [isWhole, setWhole] = useState(false)
  const shown = useMemo(() => ({ mentioned, hasLinks }), [mentioned, hasLinks])
  const content = useMemo(() => withoutLinks(shownText(text)), [text])
  const isLong = content.length > LONG_CHARACTERS || content.split('\n').length > LONG_LINES
  if (content === '') return null
  return (
    <div className={layout.stack1}>
      <div className={isLong && !isWhole ? `${styles.text} ${styles.cut}` : styles.text}>
        <MarkdownPartsContext value={PARTS}>
          <ShownContext value={shown}>
            <MarkdownView text={content} />
          </ShownContext>
        </MarkdownPartsContext>
      </div>
      {isLong && (
        <div>
          <Button size="small" variant="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? texts.showLess : texts.showAll}
          </Button>
        </div>
      )}
    </div>
  )
}

function TextWithMentions({ text }: { readonly text: string }): ReactNode {
  const { mentioned } = useContext(ShownContext)
  if (mentioned.length === 0 || !text.includes('@')) return text
  return mentionParts(text, mentioned).map(({ text: part, did }, index) =>
    did === null ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: a text does not change while it is shown
      <span key={index} className={styles.mention} data-self={isSelf(mentioned, did) || undefined}>
        {part}
      </span>
    ),
  )
}

const isSelf = (people: readonly ChatPerson[], did: string) =>
  people.some(each => each.did === did && each.isSelf)

/** A link whose text is not its address, with the host that it leads to. */
function LinkWithHost(props: {
  readonly href: string
  readonly label: string
  readonly children: ReactNode
}) {
  const { href, label, children } = props
  const { hasLinks } = useContext(ShownContext)
  const url = URL.parse(href)
  const hidden = url && label !== href ? url.host || url.pathname : null
  const host = hidden !== null && hidden !== '' && (
    <>
      {' '}
      <span className={layout.soft}>({texts.goesTo({ host: hidden })})</span>
    </>
  )
  if (!hasLinks || url?.protocol === 'magnet:')
    return (
      <>
        {children}
        {host}
      </>
    )
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
      {host}
    </>
  )
}

/** Headings in messages are not part of the outline of the page. */
function PlainHeading({ children }: { readonly children: ReactNode }) {
  return (
    <p>
      <strong>{children}</strong>
    </p>
  )
}
