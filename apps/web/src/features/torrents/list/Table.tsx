import { type MouseEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import layout from '../../../shared/controls/layout.module.css'
import { ContextMenu, type MenuItem } from '../../../shared/controls/Menu.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import { useCell, useNode } from '../../../shared/node/context.tsx'
import { isInDialog, isTyping } from '../../../shared/ui/typing.ts'
import { SEARCH_BOX } from '../../../shared/ui/ui.ts'
import { columnChoices, gridTemplate, minimumWidth, shownColumns } from './columns.ts'
import styles from './List.module.css'
import { rowId } from './Row.tsx'
import { Rows } from './Rows.tsx'
import { everything, extended, NOTHING, only, type Selection, toggled } from './selection.ts'
import { TableHead } from './TableHead.tsx'
import { type KeyPress, keyToSelection } from './table-keys.ts'
import type { Sort } from './view.ts'

export interface TableProps {
  readonly order: readonly string[]
  readonly selection: Selection
  readonly sort: Sort
  /** Shows cards instead of columns. */
  readonly narrow: boolean
  onSelect(selection: Selection): void
  onSort(sort: Sort): void
  /** Handles a key for an action on the selection; returns whether it was handled. */
  onActionKey(event: KeyPress): boolean
  menuItems(): readonly MenuItem[]
}

const ROW_PX = 42
const COMPACT_PX = 30
const CARD_PX = 84
const HEAD_PX = 36

/**
 * All torrents. Only visible rows are rendered. Only the grid has the focus; it refers to rows by
 * their IDs.
 */
export function Table(props: TableProps) {
  const { order, selection, sort, narrow, onSelect } = props
  const node = useNode()
  const [, navigate] = useLocation()
  const choices = useCell(columnChoices)
  const labels = useCell(node.labels)
  const colours = useMemo(() => new Map(labels.map(label => [label.name, label])), [labels])
  const columns = useMemo(() => shownColumns(choices), [choices])
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const rowPx = narrow ? CARD_PX : choices.compact ? COMPACT_PX : ROW_PX
  const headPx = narrow ? 0 : HEAD_PX
  const [cursorThere, setCursorThere] = useState(false)
  const rowOf = (event: { target: EventTarget }) =>
    (event.target as Element).closest<HTMLElement>('[data-row]')?.dataset.row
  const onClick = (event: MouseEvent) => {
    const id = rowOf(event)
    if (id === undefined) return
    const link = (event.target as Element).closest('a')
    const box = (event.target as Element).closest('[data-role=select]')
    if (event.shiftKey || event.ctrlKey || event.metaKey || box) {
      // The browser would revert the checkbox after it is rendered.
      if (!box) event.preventDefault()
      onSelect(event.shiftKey ? extended(selection, id, order) : toggled(selection, id))
    } else if (narrow) selection.ids.size > 0 ? onSelect(toggled(selection, id)) : navigate(`/torrents/${id}`)
    else if (!link) onSelect(only(id))
    else if (event.button === 0) {
      event.preventDefault()
      navigate(`/torrents/${id}`)
    }
  }
  const onKeyDown = (event: KeyPress) => {
    const next = keyToSelection(
      event,
      selection,
      order,
      Math.floor((scroller?.clientHeight ?? 0) / rowPx) - 1,
    )
    if (next) onSelect(next)
    else if (event.key === 'Enter' && selection.cursor) navigate(`/torrents/${selection.cursor}`)
    else if (isMenuKey(event)) openMenuAt(selection.cursor)
    else if (!props.onActionKey(event)) return
    event.preventDefault()
  }
  useListKeys(scroller, onKeyDown)
  // The event of a long press, which opens the menu, does not name the row.
  const pressed = useRef<string | undefined>(undefined)
  const chooseForMenu = (id: string | undefined) => {
    if (id !== undefined && !selection.ids.has(id)) onSelect(only(id))
  }
  return (
    <ContextMenu items={props.menuItems} onOpenChange={open => open && chooseForMenu(pressed.current)}>
      <div
        ref={setScroller}
        role="grid"
        className={`${layout.scroll} ${layout.surface} ${styles.grid}`}
        tabIndex={0}
        aria-label={texts.list.grid}
        aria-multiselectable="true"
        aria-rowcount={order.length + 1}
        aria-activedescendant={selection.cursor !== null && cursorThere ? rowId(selection.cursor) : undefined}
        onClick={onClick}
        onDoubleClick={event => navigateTo(rowOf(event), narrow, navigate)}
        onKeyDown={event => {
          if (event.target === event.currentTarget && !event.defaultPrevented) onKeyDown(event)
        }}
        onFocus={event => {
          // A click on an element in a row would move the focus there, and the row is removed when
          // the list scrolls.
          if (rowOf(event) !== undefined) event.currentTarget.focus({ preventScroll: true })
        }}
        onPointerDownCapture={event => {
          pressed.current = rowOf(event)
        }}
        onContextMenuCapture={event => {
          pressed.current = rowOf(event)
          chooseForMenu(pressed.current)
        }}
        style={
          {
            '--columns': gridTemplate(columns, choices),
            '--row': `${rowPx}px`,
            '--least': `${narrow ? 0 : minimumWidth(columns, choices)}px`,
          } as object
        }
      >
        {!narrow && (
          <TableHead
            columns={columns}
            sort={sort}
            allSelected={order.length > 0 && selection.ids.size >= order.length}
            onSort={props.onSort}
            onSelectAll={() =>
              onSelect(selection.ids.size >= order.length ? NOTHING : everything(selection, order))
            }
          />
        )}
        <Rows
          {...{ scroller, order, selection, narrow, rowPx, headPx, columns, colours }}
          onCursorThere={setCursorThere}
        />
      </div>
    </ContextMenu>
  )
}

/**
 * Handles keys for the list whenever no field has the focus, such as after loading or after a click
 * on a filter. Down moves from the search box to the list. Enter and Space stay with the focused
 * button or link.
 */
function useListKeys(grid: HTMLElement | null, onKeyDown: (event: KeyPress) => void): void {
  const latest = useRef(onKeyDown)
  latest.current = onKeyDown
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event
      if (!grid || event.defaultPrevented || target === grid) return
      const fromFilter = key === 'ArrowDown' && (target as Element).id === SEARCH_BOX
      const isPress = (key === 'Enter' || key === ' ') && target !== document.body
      if (!fromFilter && (isPress || isTyping(target) || isInDialog(target))) return
      latest.current(event)
      if (event.defaultPrevented) grid.focus({ preventScroll: true })
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [grid])
}

const isMenuKey = ({ key, shiftKey }: KeyPress) => key === 'ContextMenu' || (key === 'F10' && shiftKey)

/** Opens the menu at the row: the keyboard has no pointer position. */
function openMenuAt(id: string | null): void {
  const row = id === null ? null : document.getElementById(rowId(id))
  if (!row) return
  const { left, bottom } = row.getBoundingClientRect()
  row.dispatchEvent(
    new globalThis.MouseEvent('contextmenu', {
      bubbles: true,
      cancelable: true,
      clientX: left + 60,
      clientY: bottom,
    }),
  )
}

function navigateTo(id: string | undefined, narrow: boolean, navigate: (path: string) => void): void {
  if (id !== undefined && !narrow) navigate(`/torrents/${id}`)
}
