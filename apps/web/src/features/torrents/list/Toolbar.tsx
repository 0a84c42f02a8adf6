import { lazy, Suspense, useState } from 'react'
import { Button, IconButton } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Menu, type MenuItem } from '../../../shared/controls/Menu.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import { useNode } from '../../../shared/node/context.tsx'
import type { ActionDialog } from '../actions/ActionDialogs.tsx'
import type { TorrentActions } from '../actions/torrent-actions.ts'
import styles from './List.module.css'
import { NOTHING, type Selection } from './selection.ts'
import { type Filter, SORT_KEYS, type Sort } from './view.ts'

const FiltersDialog = lazy(() => import('./FiltersDialog.tsx').then(it => ({ default: it.FiltersDialog })))

const t = texts.list

export interface ToolbarProps {
  readonly filter: Filter
  readonly sort: Sort
  readonly narrow: boolean
  readonly selection: Selection
  readonly shown: number
  readonly actions: TorrentActions
  menuItems(): readonly MenuItem[]
  onFilter(change: Partial<Filter>): void
  onSort(sort: Sort): void
  onSelect(selection: Selection): void
  onDialog(dialog: ActionDialog): void
}

/** Shows the filter and, if something is selected, the actions for the selection. */
export function Toolbar(props: ToolbarProps) {
  return (
    <div className={`${layout.fixed} ${layout.ruled} ${layout.surface}`}>
      {props.selection.ids.size > 0 ? <Selected {...props} /> : <Shown {...props} />}
    </div>
  )
}

function Selected({ selection, actions, menuItems, onSelect, onDialog, narrow }: ToolbarProps) {
  const ids = [...selection.ids]
  const a = texts.actions
  return (
    <div
      className={`${layout.row1} ${styles.tools}`}
      role="toolbar"
      aria-label={t.selected({ count: ids.length })}
    >
      <IconButton icon="close" label={t.selectNone} onClick={() => onSelect(NOTHING)} />
      <strong className={`${layout.label} ${layout.nowrap} ${styles.count}`} aria-live="polite">
        {t.selected({ count: ids.length })}
      </strong>
      <IconButton icon="play" label={a.resume} onClick={() => actions.act(ids, 'resume')} />
      <IconButton icon="pause" label={a.pause} onClick={() => actions.act(ids, 'pause')} />
      {!narrow && (
        <IconButton
          icon="tag"
          label={a.label}
          shortcut="l"
          onClick={() => onDialog({ kind: 'label', ids })}
        />
      )}
      {!narrow && <IconButton icon="move" label={a.move} onClick={() => onDialog({ kind: 'move', ids })} />}
      <IconButton icon="trash" label={a.remove} onClick={() => actions.remove(ids)} />
      <Menu trigger={<IconButton icon="more" label={texts.app.nav.more} />} items={menuItems} align="start" />
    </div>
  )
}

function Shown({ filter, sort, narrow, shown, onFilter, onSort }: ToolbarProps) {
  const { torrents } = useNode()
  const [filtersOpen, setFiltersOpen] = useState(false)
  const chips = listChips(filter)
  return (
    <div className={`${layout.row1} ${styles.tools}`}>
      <span className={`${layout.label} ${layout.nowrap} ${styles.count}`} aria-live="polite">
        {shown === torrents.size ? t.torrents({ count: shown }) : t.shown({ shown, all: torrents.size })}
      </span>
      {chips.map(({ text, clear }) => (
        <button
          key={text}
          type="button"
          className={`${layout.clip} ${layout.small} ${styles.chip}`}
          onClick={() => onFilter(clear)}
          aria-label={`${t.clearFilter}: ${text}`}
        >
          {text} <span aria-hidden="true">×</span>
        </button>
      ))}
      <span className={layout.grow} />
      <Button
        variant="quiet"
        icon="filter"
        size="small"
        className={styles.onlyNarrow}
        onClick={() => setFiltersOpen(true)}
      >
        {t.filters}
      </Button>
      {narrow && <SortMenu sort={sort} onSort={onSort} />}
      {filtersOpen && (
        <Suspense>
          <FiltersDialog onClose={() => setFiltersOpen(false)} />
        </Suspense>
      )}
    </div>
  )
}

function SortMenu({ sort, onSort }: { sort: Sort; onSort(sort: Sort): void }) {
  const items = (): MenuItem[] => [
    ...SORT_KEYS.slice(0, 11).map(
      (key): MenuItem => ({
        kind: 'choice',
        text: t.column[key],
        chosen: key === sort.key,
        onSelect: () => onSort({ ...sort, key }),
      }),
    ),
    { kind: 'separator' },
    {
      text: t.direction,
      icon: sort.descending ? 'expand' : 'collapse',
      onSelect: () => onSort({ ...sort, descending: !sort.descending }),
    },
  ]
  const trigger = (
    <Button
      variant="quiet"
      size="small"
      icon={sort.descending ? 'expand' : 'collapse'}
      aria-label={t.sortBy({ column: t.column[sort.key] })}
    >
      {t.column[sort.key]}
    </Button>
  )
  return <Menu trigger={trigger} items={items} />
}

function listChips({ state, label, tag, tracker, text }: Filter): { text: string; clear: Partial<Filter> }[] {
  return [
    ...(state === 'all' ? [] : [{ text: t.filter[state], clear: { state: 'all' } as const }]),
    ...(label === null ? [] : [{ text: label || t.unlabelled, clear: { label: null } }]),
    ...(tag === null ? [] : [{ text: tag, clear: { tag: null } }]),
    ...(tracker === null ? [] : [{ text: tracker || t.trackerless, clear: { tracker: null } }]),
    ...(text === '' ? [] : [{ text: `“${text}”`, clear: { text: '' } }]),
  ]
}
