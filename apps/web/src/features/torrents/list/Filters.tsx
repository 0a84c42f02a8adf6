import { type ReactElement, type ReactNode, useState } from 'react'
import { IconButton } from '../../../shared/controls/Button.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import type { IconName } from '../../../shared/controls/icons.ts'
import { LabelDot } from '../../../shared/controls/Labels.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { formatCount } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useCell, useNode } from '../../../shared/node/context.tsx'
import { labelShown } from '../../../shared/ui/ui.ts'
import { LabelMenu } from '../labels/LabelMenu.tsx'
import styles from './Filters.module.css'
import { useCounts, useFilter } from './use-list.ts'
import { type Counts, STATE_GROUPS, type StateGroup } from './view.ts'

const ICONS: Record<StateGroup, IconName> = {
  all: 'transfers',
  downloading: 'down',
  seeding: 'up',
  active: 'start',
  inactive: 'inactive',
  unfinished: 'clock',
  finished: 'check',
  paused: 'pause',
  queued: 'queue',
  checking: 'refresh',
  stalled: 'stalled',
  'no-peers': 'peers',
  'tracker-error': 'offline',
  error: 'alert',
}
/** Shown only if a torrent has this state. */
const RARE: readonly StateGroup[] = [
  'queued',
  'checking',
  'stalled',
  'no-peers',
  'tracker-error',
  'error',
  'paused',
]
/** Maximum number of listed tracker hosts: those with the most torrents. */
const MOST_TRACKERS = 30
/** Number of hosts that are shown before the user expands the list. */
const FOLDED_TRACKERS = 5
const t = texts.list

/** The filters of the list, with the number of torrents of each. */
export function Filters({ onChosen }: { onChosen?: () => void }) {
  const { labels: labelCell } = useNode()
  const labels = useCell(labelCell)
  const counts = useCounts()
  const [filter, change] = useFilter()
  const choose = (wanted: Parameters<typeof change>[0]) => {
    change(wanted)
    onChosen?.()
  }
  const groups = STATE_GROUPS.filter(
    group => counts.states[group] > 0 || filter.state === group || !RARE.includes(group),
  )
  const trackers = shownTrackers(counts.trackers, filter.tracker)
  // Each host is a tab stop on the way to the list.
  const [isUnfolded, setUnfolded] = useState(false)
  const shownHosts = isUnfolded ? trackers : fold(trackers, filter.tracker)
  const unlabelled = counts.labels.get('') ?? 0
  return (
    <>
      <Group title={t.groups.state}>
        {groups.map(group => (
          <Choice
            key={group}
            picture={<Icon name={ICONS[group]} size={15} />}
            text={t.filter[group]}
            count={counts.states[group]}
            chosen={filter.state === group}
            alarm={group === 'error' && counts.states.error > 0}
            onChoose={() => choose({ state: group })}
          />
        ))}
      </Group>
      <Group
        title={t.groups.label}
        action={
          <IconButton
            icon="plus"
            size="small"
            label={texts.labels.new}
            onClick={() => labelShown.set({ name: null })}
          />
        }
      >
        {labels.map(({ name, colour }) => (
          <Choice
            key={name}
            picture={<LabelDot name={name} colour={colour} />}
            text={name}
            count={counts.labels.get(name) ?? 0}
            chosen={filter.label === name}
            onChoose={() => choose({ label: filter.label === name ? null : name })}
            menu={<LabelMenu name={name} />}
          />
        ))}
        {labels.length > 0 && unlabelled > 0 && (
          <Choice
            picture={null}
            text={t.unlabelled}
            count={unlabelled}
            chosen={filter.label === ''}
            onChoose={() => choose({ label: filter.label === '' ? null : '' })}
          />
        )}
      </Group>
      {counts.tags.size > 0 && (
        <Group title={t.groups.tag}>
          {[...counts.tags].sort().map(([tag, count]) => (
            <Choice
              key={tag}
              picture={<Icon name="tag" size={15} />}
              text={tag}
              count={count}
              chosen={filter.tag === tag}
              onChoose={() => choose({ tag: filter.tag === tag ? null : tag })}
            />
          ))}
        </Group>
      )}
      {trackers.length > 0 && (
        <Group title={t.groups.tracker}>
          {shownHosts.map(([host, count]) => (
            <Choice
              key={host}
              picture={host === '' ? null : <Icon name="dashboard" size={15} />}
              text={host === '' ? t.trackerless : host}
              count={count}
              chosen={filter.tracker === host}
              onChoose={() => choose({ tracker: filter.tracker === host ? null : host })}
            />
          ))}
          {trackers.length > FOLDED_TRACKERS && (
            <Choice
              picture={<Icon name={isUnfolded ? 'collapse' : 'expand'} size={15} />}
              text={isUnfolded ? t.fewer : t.all}
              count={trackers.length}
              expanded={isUnfolded}
              onChoose={() => setUnfolded(!isUnfolded)}
            />
          )}
        </Group>
      )}
    </>
  )
}

/**
 * Returns the hosts with the most torrents, sorted by name, then torrents without trackers if there
 * are hosts.
 */
function shownTrackers(counts: Counts['trackers'], chosen: string | null): [host: string, count: number][] {
  const hosts = [...counts].filter(([host]) => host !== '').sort(([, a], [, b]) => b - a)
  const shown = hosts.slice(0, MOST_TRACKERS)
  const missing = chosen !== null && chosen !== '' && !shown.some(([host]) => host === chosen)
  if (missing) shown.push([chosen, counts.get(chosen) ?? 0])
  shown.sort(([a], [b]) => (a < b ? -1 : 1))
  const without = counts.get('') ?? 0
  return without > 0 && (hosts.length > 0 || chosen === '') ? [...shown, ['', without]] : shown
}

/** Returns the hosts with the most torrents, and the selected one, in their order. */
function fold(trackers: readonly (readonly [host: string, count: number])[], chosen: string | null) {
  const first = [...trackers].sort(([, a], [, b]) => b - a).slice(0, FOLDED_TRACKERS)
  return trackers.filter(each => first.includes(each) || each[0] === chosen)
}

function Group({ title, action, children }: { title: string; action?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.group}>
      <div className={`${layout.row} ${layout.spread} ${styles.title}`}>
        <h2>{title}</h2>
        {action}
      </div>
      <ul>{children}</ul>
    </section>
  )
}

interface ChoiceProps {
  readonly picture: ReactNode
  readonly text: string
  readonly count: number
  readonly chosen?: boolean
  /** For a choice that shows or hides others. */
  readonly expanded?: boolean
  readonly alarm?: boolean
  /** Opens the menu of the label. */
  readonly menu?: ReactElement
  onChoose(): void
}

function Choice({ picture, text, count, chosen, expanded, alarm, menu, onChoose }: ChoiceProps) {
  return (
    <li className={menu ? styles.withMenu : undefined}>
      <button
        type="button"
        className={`${layout.row2} ${layout.soft} ${layout.whole} ${styles.choice}`}
        aria-pressed={chosen}
        aria-expanded={expanded}
        data-alarm={alarm || undefined}
        onClick={onChoose}
      >
        <span className={`${layout.center} ${layout.fixed} ${styles.picture}`}>{picture}</span>
        <span className={`${layout.grow} ${layout.clip}`}>{text}</span>
        <span className="number">{formatCount(count)}</span>
      </button>
      {menu}
    </li>
  )
}
