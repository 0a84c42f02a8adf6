import type { LogEntry, Torrent } from '@shoal/api'
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../../../../shared/controls/Button.tsx'
import { controlClass } from '../../../../shared/controls/Field.tsx'
import layout from '../../../../shared/controls/layout.module.css'
import { formatDate, formatTime } from '../../../../shared/format/format.ts'
import { shownName } from '../../../../shared/format/shown-name.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useAsked, useTopic } from '../../../../shared/node/context.tsx'
import table from '../table.module.css'
import styles from './log.module.css'
import { isShown, joined, type LogLevel } from './log-lines.ts'

const say = texts.torrent.log
const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const NEAR_END_PIXELS = 40

export function LogTab({ torrent: { id } }: { readonly torrent: Torrent }) {
  const [level, setLevel] = useState<LogLevel>('info')
  const entries = useLog(id, level)
  const box = useRef<HTMLElement>(null)
  const follows = useFollow(box, entries)
  return (
    <div className={`${layout.stack3} ${layout.shrink} ${styles.tab}`}>
      <label className={`${layout.inline} ${layout.soft} ${styles.level}`}>
        {say.level}
        <select
          className={controlClass}
          value={level}
          onChange={event => setLevel(event.target.value as LogLevel)}
        >
          {LEVELS.map(each => (
            <option key={each} value={each}>
              {say.levels[each]}
            </option>
          ))}
        </select>
      </label>
      {entries?.length === 0 && <p className={`${layout.stack1} ${table.empty}`}>{say.none}</p>}
      {entries && entries.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
        <section ref={box} className={`${layout.card} ${styles.box}`} tabIndex={0} aria-label={say.label}>
          <ol>
            {entries.map(entry => (
              <Line key={entry.id} entry={entry} />
            ))}
          </ol>
        </section>
      )}
      {!follows && (
        <Button
          variant="primary"
          size="small"
          icon="down"
          className={styles.follow}
          onClick={() => box.current?.scrollTo({ top: box.current.scrollHeight })}
        >
          {say.follow}
        </Button>
      )}
    </div>
  )
}

function Line({ entry }: { readonly entry: LogEntry }) {
  return (
    <li data-level={entry.level}>
      <time dateTime={new Date(entry.atMs).toISOString()} title={formatDate(entry.atMs, 'second')}>
        {formatTime(entry.atMs)}
      </time>
      <span className={styles.mark}>{entry.level}</span>
      <span>{shownName(entry.message.replaceAll('\n', ' '))}</span>
    </li>
  )
}

function useLog(id: string, level: LogLevel): readonly LogEntry[] | undefined {
  const [live, setLive] = useState<readonly LogEntry[]>([])
  const asked = useAsked(
    async api => (await api.listLog({ torrent: id, level, limit: 1000 })).items,
    [id, level],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: another level is read from the start
  useEffect(() => setLive([]), [id, level])
  useTopic('log', event => {
    if (event.type !== 'log') return
    const more = event.entries.filter(entry => isShown(entry, id, level))
    if (more.length > 0) setLive(before => joined(before, more))
  })
  return asked.value && joined(asked.value, live)
}

/** Keeps the latest line visible unless the user scrolled away from it. */
function useFollow(box: RefObject<HTMLElement | null>, entries: readonly LogEntry[] | undefined): boolean {
  const [follows, setFollows] = useState(true)
  const has = entries !== undefined && entries.length > 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: the box exists once there are lines
  useEffect(() => {
    const element = box.current
    if (!element) return
    const scrolled = () =>
      setFollows(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PIXELS)
    element.addEventListener('scroll', scrolled, { passive: true })
    return () => element.removeEventListener('scroll', scrolled)
  }, [has])
  const last = entries?.at(-1)?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line scrolls
  useLayoutEffect(() => {
    if (follows) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [last, follows])
  return follows
}
