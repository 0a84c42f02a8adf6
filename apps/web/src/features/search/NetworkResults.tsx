import type { SearchRow } from '@shoal/api'
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Link } from 'wouter'
import { Button, buttonClass } from '../../shared/controls/Button.tsx'
import { EmptyState } from '../../shared/controls/EmptyState.tsx'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { nodeMessage } from '../../shared/format/error-message.ts'
import { shownName } from '../../shared/format/shown-name.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import type { NetworkQuery } from './filters.ts'
import { splitQuery } from './find-words.ts'
import { ResultRow } from './ResultRow.tsx'
import { isSameOrder, settleOrder } from './row-order.ts'
import styles from './Search.module.css'
import { type Progress, useNetworkSearch } from './useNetworkSearch.ts'

const t = texts.pages.search

/** Results from the network and from the node's own list in one list, as they arrive. */
export function NetworkResults({ query }: { readonly query: NetworkQuery }) {
  const { progress, error, retry, probe } = useNetworkSearch(query)
  const block = useBlocking()
  const words = useMemo(() => splitQuery(query.text), [query.text])
  if (!progress) return error === null ? <Loading /> : <Problem error={error} onRetry={retry} />
  const { network, done, order } = progress
  const isEmpty = done && order.length === 0
  return (
    <div className={layout.stack3}>
      {error !== null && <Problem error={error} onRetry={retry} />}
      {network.state === 'unavailable' && (
        <Notice tone="info" action={<NetworkLink />}>
          {unavailableText(network)}
        </Notice>
      )}
      <p className="visually-hidden" aria-live="polite">
        {done ? t.found({ count: order.length }) : t.searching}
      </p>
      {isEmpty ? (
        <EmptyState icon="search" title={t.none({ text: query.text })}>
          {network.state === 'unavailable' ? t.noneHere : t.noneAnywhere}
        </EmptyState>
      ) : (
        <Rows key={progress.id} progress={progress} words={words} onSeen={probe} onBlock={block} />
      )}
    </div>
  )
}

/**
 * Maximum length of the title that is stored with a blocked publisher, as a reminder for the user.
 */
const MAX_NOTE = 200

/**
 * Returns a function that blocks the publisher of a row. The node then hides what they signed, also
 * in this search.
 */
function useBlocking(): (row: SearchRow) => Promise<void> {
  const { api } = useNode()
  return useCallback(
    async ({ title, publisher }) => {
      const { did } = publisher!
      try {
        await api.blockPublisher({ did, note: title.slice(0, MAX_NOTE) })
        const onSelect = () => void api.unblockPublisher({ did }).catch(notifyError)
        notify(t.blocked({ title: shownName(title) }), { action: { text: t.unblock, onSelect } })
      } catch (error) {
        notifyError(error)
      }
    },
    [api],
  )
}

function unavailableText({ reason, problem }: Progress['network']): string {
  return reason === null || reason === 'failed'
    ? t.unavailableBecause({ problem: problem === null ? '' : nodeMessage(problem) })
    : t.unavailable[reason]
}

function NetworkLink() {
  return (
    <Link href="/network" className={buttonClass('plain', 'small')}>
      {texts.app.nav.network}
    </Link>
  )
}

interface RowsProps {
  readonly progress: Progress
  readonly words: readonly string[]
  /** Receives the ids of rows that became visible. */
  onSeen(ids: readonly string[]): void
  onBlock(row: SearchRow): void
}

/** If the top of the list is above this position in the window, in pixels, it is not visible. */
const TOP_PX = 40

function Rows({ progress, words, onSeen, onBlock }: RowsProps) {
  const { order, rows, done } = progress
  const list = useRef<HTMLOListElement>(null)
  const isHeld = useRef(false)
  const wasDone = useRef(false)
  const [shown, setShown] = useState<readonly string[]>([])
  useEffect(() => {
    const isScrolled = (list.current?.getBoundingClientRect().top ?? 0) < TOP_PX
    const keep = isHeld.current || wasDone.current || isScrolled
    setShown(before => settleOrder(before, order, keep && before.length > 0))
    wasDone.current = done
  }, [order, done])
  useSeen(list, shown, onSeen)
  const hold = (held: boolean) => {
    isHeld.current = held
  }
  return (
    <>
      <div className={`${layout.wrap2} ${layout.spread} ${styles.status}`}>
        <Status progress={progress} />
        {!isSameOrder(shown, order) && (
          <Button size="small" onClick={() => setShown(order)}>
            {t.sort}
          </Button>
        )}
      </div>
      <ol
        ref={list}
        className={`${layout.card} ${layout.divided} ${styles.hits}`}
        onPointerEnter={() => hold(true)}
        onPointerLeave={() => hold(false)}
        onFocus={() => hold(true)}
        onBlur={() => hold(false)}
        onKeyDown={moveFocus}
      >
        {shown.map(id => {
          const row = rows.get(id)
          return row && <ResultRow key={id} row={row} words={words} onBlock={onBlock} />
        })}
      </ol>
    </>
  )
}

function Status({ progress: { order, done, network } }: { readonly progress: Progress }) {
  const { state, answers, answersWanted, partial, hidden } = network
  const count = t.found({ count: order.length })
  if (!done)
    return (
      <p className={`${layout.row2} ${layout.soft}`}>
        <span className={`${layout.spinner} ${styles.busy}`} aria-hidden="true" />
        {state === 'searching'
          ? t.asking({ count: order.length, answers: Math.min(answers, answersWanted), of: answersWanted })
          : t.searching}
      </p>
    )
  const more = [...(partial ? [t.partial] : []), ...(hidden > 0 ? [t.hidden({ count: hidden })] : [])]
  return <p className={layout.soft}>{more.length > 0 ? `${count}. ${more.join(' ')}` : count}</p>
}

/** Moves the focus from title to title with the arrow keys. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const titles = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-title]')]
  const row = (event.target as Element).closest('[data-result]')
  const at = titles.findIndex(title => row?.contains(title))
  const next = titles[at + step]
  if (!next) return
  event.preventDefault()
  next.focus()
}

/** Rows that are visible for less time, such as while scrolling, are not reported. */
const SEEN_MS = 400

/** Reports the rows that stay visible for a while, several at a time. */
function useSeen(
  list: { readonly current: HTMLElement | null },
  shown: readonly string[],
  onSeen: (ids: readonly string[]) => void,
): void {
  const latest = useRef(onSeen)
  latest.current = onSeen
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are those of `shown`
  useEffect(() => {
    const visible = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const observer = new IntersectionObserver(entries => {
      for (const { target, isIntersecting } of entries) {
        const id = (target as HTMLElement).dataset.result!
        if (isIntersecting) visible.add(id)
        else visible.delete(id)
      }
      clearTimeout(timer)
      timer = setTimeout(() => latest.current([...visible].slice(0, MAX_PROBED)), SEEN_MS)
    })
    for (const row of list.current?.children ?? []) observer.observe(row)
    return () => {
      clearTimeout(timer)
      observer.disconnect()
    }
  }, [shown])
}

/** The maximum number of rows that the node accepts at a time. */
const MAX_PROBED = 50
