import { useEffect, useLayoutEffect, useRef } from 'react'
import type { Colours } from './cells.tsx'
import type { Column } from './columns.ts'
import styles from './List.module.css'
import { CardRow, Row, rowId } from './Row.tsx'
import { listSlots } from './row-window.ts'
import type { Selection } from './selection.ts'
import { useRowWindow } from './use-row-window.ts'

export interface RowsProps {
  readonly scroller: HTMLElement | null
  readonly order: readonly string[]
  readonly selection: Selection
  readonly narrow: boolean
  readonly rowPx: number
  readonly headPx: number
  readonly columns: readonly Column[]
  readonly colours: Colours
  /** Whether the row of the cursor is rendered. */
  onCursorThere(there: boolean): void
}

/** The visible rows. Scrolling renders only this component. */
export function Rows(props: RowsProps) {
  const { scroller, order, selection, narrow, rowPx, headPx, columns, colours, onCursorThere } = props
  const { cursor, ids } = selection
  const { first, end, show } = useRowWindow({ scroller, count: order.length, rowPx, headPx })
  useCursorInSight(cursor, order, show)
  const there = order.slice(first, end)
  const cursorThere = cursor !== null && there.includes(cursor)
  useLayoutEffect(() => onCursorThere(cursorThere), [cursorThere, onCursorThere])
  const RowKind = narrow ? CardRow : Row
  return (
    <div
      role="rowgroup"
      className={styles.rows}
      style={{ height: order.length * rowPx }}
      // The DOM order is that of the slots: this is the reading order.
      aria-owns={there.map(rowId).join(' ')}
    >
      {listSlots({ first, end }).map((index, slot) => {
        const id = order[index]!
        return (
          <RowKind
            // biome-ignore lint/suspicious/noArrayIndexKey: the elements of a slot are reused for the next row.
            key={slot}
            {...{ id, index, columns, colours }}
            topPx={index * rowPx}
            heightPx={rowPx}
            selected={ids.has(id)}
            cursor={cursor === id}
          />
        )
      })}
    </div>
  )
}

/** Scrolls to the cursor when it moves, but not when the list around it changes. */
function useCursorInSight(
  cursor: string | null,
  order: readonly string[],
  scrollTo: (index: number) => void,
): void {
  const seen = useRef<string | null>(null)
  useEffect(() => {
    if (cursor === seen.current) return
    seen.current = cursor
    const index = cursor === null ? -1 : order.indexOf(cursor)
    if (index >= 0) scrollTo(index)
  })
}
