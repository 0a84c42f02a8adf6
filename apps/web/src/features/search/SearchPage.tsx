import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { Button } from '../../shared/controls/Button.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { Icon } from '../../shared/controls/Icon.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Page } from '../../shared/controls/Page.tsx'
import { Segments } from '../../shared/controls/Panels.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { useCapability } from '../../shared/node/context.tsx'
import { Filters } from './Filters.tsx'
import { queryOf } from './filters.ts'
import { Hit } from './Hit.tsx'
import { NetworkResults } from './NetworkResults.tsx'
import styles from './Search.module.css'
import { KINDS, type Kind, useHits } from './useHits.ts'

const t = texts.pages.search
/** The search starts when typing pauses for this long. */
const PAUSE_MS = 150

/** The network search starts when typing pauses for this long: a query costs dozens of messages. */
const NETWORK_PAUSE_MS = 500

type Place = 'everywhere' | 'node'

export function SearchPage() {
  const [query, setQuery] = useSearchParams()
  const hasNetwork = useCapability('network-search')
  const text = query.get('q') ?? ''
  const kind = KINDS.find(each => each === query.get('kind')) ?? 'any'
  const place: Place = !hasNetwork || query.get('in') === 'node' ? 'node' : 'everywhere'
  const pauseMs = place === 'node' ? PAUSE_MS : NETWORK_PAUSE_MS
  const [typed, setTyped, report] = useTyped(text, pauseMs, value => latest.current('q', value, ''))
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
  return (
    <Page title={t.title} narrow>
      <search className={`${layout.stack3} ${styles.head}`}>
        <div className={`${layout.row2} ${layout.search} ${styles.box}`}>
          <Icon name="search" />
          <input
            type="search"
            // biome-ignore lint/a11y/noAutofocus: the field is the only purpose of the page
            autoFocus
            aria-label={t.label}
            placeholder={place === 'node' ? t.placeholder : t.placeholderAll}
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter') report()
              if (event.key !== 'ArrowDown') return
              event.preventDefault()
              document.querySelector<HTMLElement>('main [data-title]')?.focus()
            }}
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
        {hasNetwork && (
          <div className={`${layout.wrap2} ${layout.spread}`}>
            <Segments<Place>
              label={t.where}
              value={place}
              onChange={value => set('in', value, 'everywhere')}
              segments={PLACES.map(value => ({ value, text: t.places[value] }))}
            />
            {place === 'everywhere' && (
              <Filters parameters={query} onChange={(name, value) => set(name, value, '')} />
            )}
          </div>
        )}
      </search>
      {text.trim() === '' ? (
        <EmptyState icon="search" title={place === 'node' ? t.empty : t.emptyAll}>
          {place === 'node' ? t.emptyBody : t.emptyAllBody} {t.hint}
        </EmptyState>
      ) : place === 'node' ? (
        <Results text={text} kind={kind} />
      ) : (
        <NetworkResults query={queryOf(query, Date.now())} />
      )}
    </Page>
  )
}

const PLACES = ['everywhere', 'node'] as const

/**
 * Reports the typed text after a pause or at once, and updates it when a link or the back button
 * changes the address.
 */
function useTyped(known: string, pauseMs: number, onReport: (text: string) => void) {
  const [typed, setTyped] = useState(known)
  const reported = useRef(known)
  useEffect(() => {
    if (known === reported.current) return
    reported.current = known
    setTyped(known)
  }, [known])
  const report = () => {
    if (typed === reported.current) return
    reported.current = typed
    onReport(typed)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `report` does the same each time
  useEffect(() => {
    const timer = setTimeout(report, pauseMs)
    return () => clearTimeout(timer)
  }, [typed])
  return [typed, setTyped, report] as const
}

function Results({ text, kind }: { text: string; kind: Kind }) {
  const { found, error, retry, more } = useHits(text, kind)
  if (!found) return error === null ? <Loading /> : <Problem error={error} onRetry={retry} />
  if (found.items.length === 0) {
    return (
      <EmptyState icon="search" title={t.none({ text })}>
        {t.noneBody}
      </EmptyState>
    )
  }
  return (
    <>
      <p className={`${layout.soft} ${styles.count}`} aria-live="polite">
        {(found.next === null ? t.found : t.foundMore)({ count: found.items.length })}
      </p>
      <ol className={`${layout.card} ${layout.divided} ${styles.hits}`}>
        {found.items.map(hit => (
          <li key={`${hit.torrent} ${hit.file}`}>
            <Hit hit={hit} />
          </li>
        ))}
      </ol>
      {error !== null ? (
        <div className={layout.above}>
          <Problem error={error} onRetry={more} />
        </div>
      ) : (
        found.next !== null && (
          <div className={`${layout.center} ${layout.above}`}>
            <Button onClick={more}>{t.more}</Button>
          </div>
        )
      )}
    </>
  )
}
