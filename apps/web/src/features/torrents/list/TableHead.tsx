import { findText } from '@shoal/messages'
import type { KeyboardEvent, PointerEvent } from 'react'
import { isRightToLeft, logicalKey } from '../../../shared/base/direction.ts'
import { IconButton } from '../../../shared/controls/Button.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Menu, type MenuItem } from '../../../shared/controls/Menu.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import {
  COLUMNS,
  type Column,
  columnChoices,
  columnWidth,
  isShown,
  resetColumns,
  resizeColumn,
  showColumn,
} from './columns.ts'
import styles from './List.module.css'
import { SORT_KEYS, type Sort, type SortKey } from './view.ts'

const t = texts.list
const STEP = 16

export interface TableHeadProps {
  readonly columns: readonly Column[]
  readonly sort: Sort
  readonly allSelected: boolean
  onSort(sort: Sort): void
  onSelectAll(): void
}

export function TableHead({ columns, sort, allSelected, onSort, onSelectAll }: TableHeadProps) {
  return (
    <div role="row" aria-rowindex={1} className={styles.head}>
      <div role="columnheader" className={`${layout.center} ${styles.box}`}>
        <input
          type="checkbox"
          aria-label={texts.app.shortcuts.rows.all}
          checked={allSelected}
          onChange={onSelectAll}
        />
      </div>
      {columns.map(column => (
        <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
      ))}
      <div role="columnheader" className={layout.center}>
        <Menu trigger={<IconButton icon="columns" size="small" label={t.columns} />} items={columnItems} />
      </div>
    </div>
  )
}

function Heading({ column, sort, onSort }: { column: Column; sort: Sort; onSort(sort: Sort): void }) {
  const { key, end } = column
  const sorts = isSortKey(key)
  const active = sort.key === key
  return (
    <div
      role="columnheader"
      className={styles.heading}
      data-end={end || undefined}
      aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : undefined}
    >
      <button
        type="button"
        disabled={!sorts}
        title={findText(t.columnHint, key)}
        onClick={() => sorts && onSort(nextSort(sort, key))}
        onKeyDown={event => resizeByKey(event, column)}
      >
        <span className={layout.clip}>{t.column[key]}</span>
        {active && <Icon name={sort.descending ? 'expand' : 'collapse'} size={13} />}
      </button>
      <div
        className={styles.grip}
        onPointerDown={event => resizeByPointer(event, column)}
        title={t.resize({ column: t.column[key] })}
        aria-hidden="true"
      />
    </div>
  )
}

const isSortKey = (key: string): key is SortKey => (SORT_KEYS as readonly string[]).includes(key)

/** Names and labels begin at A, numbers at the most. */
function nextSort(sort: Sort, key: SortKey): Sort {
  if (sort.key === key) return { key, descending: !sort.descending }
  return {
    key,
    descending: !['name', 'label', 'state', 'etaSeconds', 'queuePosition', 'directory'].includes(key),
  }
}

/** Alt and the arrows do what dragging the edge does. */
function resizeByKey(event: KeyboardEvent, column: Column): void {
  const step = event.altKey ? { ArrowLeft: -STEP, ArrowRight: STEP }[logicalKey(event.key)] : undefined
  if (step === undefined) return
  event.preventDefault()
  resizeColumn(column, columnWidth(column, columnChoices.get()) + step)
}

function resizeByPointer(event: PointerEvent<HTMLElement>, column: Column): void {
  const grip = event.currentTarget
  const startX = event.clientX
  const forward = isRightToLeft() ? -1 : 1
  const startWidth = grip.parentElement!.getBoundingClientRect().width
  grip.setPointerCapture(event.pointerId)
  event.preventDefault()
  const move = (moveEvent: globalThis.PointerEvent) =>
    resizeColumn(column, startWidth + forward * (moveEvent.clientX - startX))
  const end = () => {
    grip.removeEventListener('pointermove', move)
    grip.removeEventListener('lostpointercapture', end)
  }
  grip.addEventListener('pointermove', move)
  grip.addEventListener('lostpointercapture', end)
}

function columnItems(): MenuItem[] {
  const choices = columnChoices.get()
  const items = COLUMNS.filter(({ key }) => key !== 'name').map(
    (column): MenuItem => ({
      kind: 'choice',
      text: t.column[column.key],
      chosen: isShown(column, choices),
      onSelect: () => showColumn(column.key, !isShown(column, columnChoices.get())),
    }),
  )
  return [...items, { kind: 'separator' }, { text: t.columnsReset, icon: 'undo', onSelect: resetColumns }]
}
