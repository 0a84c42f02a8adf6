import type { SearchHit } from '@shoal/api'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Button } from '../components/Button.tsx'
import { isAborted } from '../components/errors.ts'
import { Icon } from '../components/Icon.tsx'
import { Page } from '../components/Page.tsx'
import { EmptyState, Loading, Problem, Segments } from '../components/Parts.tsx'
import { useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import { Hit } from './Hit.tsx'
import styles from './Search.module.css'

const t = texts.pages.search
const KINDS = ['any', 'video', 'audio', 'picture', 'document', 'archive', 'other'] as const
type Kind = (typeof KINDS)[number]
/** Typing pauses this long before it is searched. */
const PAUSE_MS = 150

export function SearchPage() {
  const [query, setQuery] = useSearchParams()
  const text = query.get('q') ?? ''
  const kind = KINDS.find(each => each === query.get('kind')) ?? 'any'
  const [typed, setTyped] = useState(text)
  const set = (name: string, value: string, unset: string) =>
    setQuery(
      before => {
        if (value === unset) before.delete(name)
        else before.set(name, value)
        return before
      },
      { replace: true },
    )
  const latest = useRef(set)
  latest.current = set
  useEffect(() => {
    const timer = setTimeout(() => latest.current('q', typed, ''), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <Page title={t.title} narrow>
      <search className={styles.head}>
        <div className={styles.box}>
          <Icon name="search" />
          <input
            type="search"
            // biome-ignore lint/a11y/noAutofocus: the page is for nothing else
            autoFocus
            aria-label={t.label}
            placeholder={t.placeholder}
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        </div>
        <div className={styles.kinds}>
          <Segments<Kind>
            label={t.kind}
            value={kind}
            onChange={value => set('kind', value, 'any')}
            segments={KINDS.map(value => ({ value, text: t.kinds[value] }))}
          />
        </div>
      </search>
      {text.trim() === '' ? (
        <EmptyState icon="search" title={t.empty}>
          {t.emptyBody} {t.hint}
        </EmptyState>
      ) : (
        <Results text={text} kind={kind} />
      )}
    </Page>
  )
}

interface Found {
  readonly items: readonly SearchHit[]
  readonly next: string | null
}

function Results({ text, kind }: { text: string; kind: Kind }) {
  const { api } = useNode()
  const [found, setFound] = useState<Found | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  const ask = (signal: AbortSignal | undefined, cursor?: string) =>
    api.search(
      { text, ...(kind === 'any' ? {} : { kind }), ...(cursor === undefined ? {} : { cursor }) },
      signal ? { signal } : {},
    )
  // biome-ignore lint/correctness/useExhaustiveDependencies: `ask` is made of these.
  useEffect(() => {
    const controller = new AbortController()
    setError(null)
    ask(controller.signal).then(
      page => controller.signal.aborted || setFound(page),
      failure => isAborted(failure) || setError(failure),
    )
    return () => controller.abort()
  }, [api, text, kind, round])
  if (error !== null) return <Problem error={error} onRetry={() => setRound(round + 1)} />
  if (!found) return <Loading />
  if (found.items.length === 0) {
    return (
      <EmptyState icon="search" title={t.none(text)}>
        {t.noneBody}
      </EmptyState>
    )
  }
  const more = () =>
    ask(undefined, found.next!).then(
      page => setFound({ items: [...found.items, ...page.items], next: page.next }),
      setError,
    )
  return (
    <>
      <p className={styles.count} aria-live="polite">
        {t.found(found.items.length)}
        {found.next !== null && '+'}
      </p>
      <ol className={styles.hits}>
        {found.items.map(hit => (
          <li key={`${hit.torrent} ${hit.file}`}>
            <Hit hit={hit} />
          </li>
        ))}
      </ol>
      {found.next !== null && (
        <div className={styles.more}>
          <Button onClick={more}>{t.more}</Button>
        </div>
      )}
    </>
  )
}
