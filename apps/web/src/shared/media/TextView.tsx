import { lazy, Suspense, useEffect, useState } from 'react'
import { Button } from '../controls/Button.tsx'
import layout from '../controls/layout.module.css'
import { formatBytes } from '../format/format.ts'
import { texts } from '../messages/viewing.ts'
import { Message } from './Message.tsx'
import styles from './media.module.css'
import { MAX_TEXT_BYTES, type ReadText, readText } from './read-text.ts'
import type { ShownFile } from './shown-file.ts'

const say = texts.media

const MarkdownView = lazy(() => import('./MarkdownView.tsx'))

type Reading = { kind: 'loading' } | { kind: 'failed' } | { kind: 'read'; read: ReadText | null }

/**
 * Shows a text file, or its beginning. Markdown is formatted unless the user chooses the source.
 */
export default function TextView({
  file,
  isMarkdown,
}: {
  readonly file: ShownFile
  readonly isMarkdown: boolean
}) {
  const [attempt, setAttempt] = useState(0)
  const [asSource, setAsSource] = useState(!isMarkdown)
  const [wrap, setWrap] = useState(true)
  const reading = useText(file, attempt)
  if (reading.kind === 'loading') return <Message title={say.loading} busy />
  if (reading.kind === 'failed') {
    return (
      <Message title={say.cannotRead} help={say.cannotReadHelp}>
        <Button icon="refresh" onClick={() => setAttempt(attempt + 1)}>
          {say.retry}
        </Button>
      </Message>
    )
  }
  if (!reading.read) return <Message title={say.binary} />
  const { text, shownBytes } = reading.read
  return (
    <div className={styles.text}>
      <div className={`${layout.wrap2} ${layout.soft} ${styles.textBar}`}>
        {shownBytes >= MAX_TEXT_BYTES && shownBytes < file.lengthBytes && (
          <span>{say.cut({ shown: formatBytes(shownBytes), whole: formatBytes(file.lengthBytes) })}</span>
        )}
        {isMarkdown && (
          <label>
            <input type="checkbox" checked={asSource} onChange={event => setAsSource(event.target.checked)} />
            {say.source}
          </label>
        )}
        {asSource && (
          <label>
            <input type="checkbox" checked={wrap} onChange={event => setWrap(event.target.checked)} />
            {say.wrap}
          </label>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <section className={styles.textBody} tabIndex={0} aria-label={file.name}>
        {asSource ? (
          <pre className={wrap ? styles.wrapped : styles.source}>{text}</pre>
        ) : (
          <Suspense fallback={null}>
            <MarkdownView text={text} />
          </Suspense>
        )}
      </section>
    </div>
  )
}

function useText({ url, lengthBytes }: ShownFile, attempt: number): Reading {
  const [reading, setReading] = useState<Reading>({ kind: 'loading' })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads again
  useEffect(() => {
    const controller = new AbortController()
    setReading({ kind: 'loading' })
    readText(url, lengthBytes, controller.signal).then(
      read => setReading({ kind: 'read', read }),
      () => !controller.signal.aborted && setReading({ kind: 'failed' }),
    )
    return () => controller.abort()
  }, [url, lengthBytes, attempt])
  return reading
}
