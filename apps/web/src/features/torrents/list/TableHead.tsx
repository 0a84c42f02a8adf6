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
  moveColumn,
  neighborOf,
  resetColumns,
  resizeColumn,
  setCompact,
  showColumn,
} from './columns.ts'
import styles from './List.module.css'
import { SORT_KEYS, type Sort, type SortKey } from './view.ts'

const t = texts.list
const STEP = 16
const DRAGGED = 'application/x-shoal-column'

export interface TableHeadProps {
  readonly columns: readonly Column[]
  readonly sort: Sort
  readonly allSelected: boolean
  onSort(sort: Sort): void
  onSelectAll(): void
}

export function TableHead({ columns, sort, allSelected, onSort, onSelectAll }: TableHeadProps) {
  return (
    <div role="row" aria-rowindex={1} className={`${layout.ruled} ${layout.surface} ${styles.head}`}>
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
      className={`${layout.shrink} ${styles.heading}`}
      data-end={end || undefined}
      draggable
      onDragStart={event => event.dataTransfer.setData(DRAGGED, key)}
      onDragOver={event => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
      onDrop={event => {
        const dragged = COLUMNS.find(each => each.key === event.dataTransfer.getData(DRAGGED))
        if (dragged) moveColumn(dragged.key, key)
      }}
      aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : undefined}
    >
      <button
        type="button"
        disabled={!sorts}
        title={findText(t.columnHint, key)}
        onClick={() => sorts && onSort(nextSort(sort, key))}
        onKeyDown={event => changeByKey(event, column)}
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

/** Names and labels are first sorted ascending, numbers descending. */
function nextSort(sort: Sort, key: SortKey): Sort {
  if (sort.key === key) return { key, descending: !sort.descending }
  return {
    key,
    descending: !['name', 'label', 'state', 'etaSeconds', 'queuePosition', 'directory'].includes(key),
  }
}

/** Alt and the arrow keys resize the column; with Shift, they move it. */
function changeByKey(event: KeyboardEvent, column: Column): void {
  const direction = event.altKey ? { ArrowLeft: -1, ArrowRight: 1 }[logicalKey(event.key)] : undefined
  if (direction === undefined) return
  event.preventDefault()
  if (!event.shiftKey)
    return resizeColumn(column, columnWidth(column, columnChoices.get()) + direction * STEP)
  const neighbor = neighborOf(column.key, direction)
  if (neighbor) moveColumn(column.key, neighbor)
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
  const compact: MenuItem = {
    kind: 'choice',
    text: t.compact,
    chosen: choices.compact,
    onSelect: () => setCompact(!columnChoices.get().compact),
  }
  return [
    ...items,
    { kind: 'separator' },
    compact,
    { text: t.columnsReset, icon: 'undo', onSelect: resetColumns },
  ]
}
