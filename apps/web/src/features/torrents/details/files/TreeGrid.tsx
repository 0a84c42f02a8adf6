// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid cannot be a <table>: its rows are positioned one by one
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row

import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { logicalKey } from '../../../../shared/base/direction.ts'
import layout from '../../../../shared/controls/layout.module.css'
import { texts } from '../../../../shared/messages/texts.ts'
import { type TreeActions, type TreeNode, wantedOf } from '../file-tree.ts'
import styles from './files.module.css'
import { TreeRow } from './TreeRow.tsx'

const say = texts.torrent.files
const ROW_PIXELS = 44

export interface TreeGridProps extends TreeActions {
  readonly rows: readonly TreeNode[]
  /** Version of the content of the rows. */
  readonly version: number
  /** Index of a file that is initially scrolled into view, and marked. */
  readonly marked: number | null
}

/**
 * A tree as a grid (WAI-ARIA treegrid). Only visible rows are rendered, so that 100,000 files
 * scroll like ten.
 */
export function TreeGrid(props: TreeGridProps) {
  const { rows, marked } = props
  const box = useRef<HTMLDivElement>(null)
  const prefix = useId()
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      rows.findIndex(row => isMarked(row, marked)),
    ),
  )
  const at = Math.min(active, rows.length - 1)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PIXELS,
    overscan: 10,
    getItemKey: index => rows[index]!.path,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once, when the grid appears
  useEffect(() => {
    if (marked === null) return
    box.current?.scrollIntoView({ block: 'nearest' })
    virtual.scrollToIndex(active, { align: 'center' })
  }, [])
  const go = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index))
    setActive(next)
    virtual.scrollToIndex(next)
  }
  return (
    <div
      ref={box}
      className={`${layout.card} ${layout.scroll} ${styles.grid}`}
      role="treegrid"
      tabIndex={0}
      aria-label={say.tree}
      aria-rowcount={rows.length}
      aria-activedescendant={`${prefix}${at}`}
      onKeyDown={event =>
        act(event, at, go, props, Math.floor((box.current?.clientHeight ?? 0) / ROW_PIXELS))
      }
    >
      <div role="rowgroup" className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(item => (
          <TreeRow
            key={item.key}
            id={`${prefix}${item.index}`}
            node={rows[item.index]!}
            rowIndex={item.index + 1}
            top={item.start}
            isActive={item.index === at}
            isMarked={isMarked(rows[item.index]!, marked)}
            onPoint={() => setActive(item.index)}
            actions={props}
          />
        ))}
      </div>
    </div>
  )
}

const isMarked = ({ file }: TreeNode, marked: number | null) => file !== null && file.index === marked

/** Handles the keys of a tree: arrows move, open and close; space selects; Enter opens. */
function act(
  event: KeyboardEvent,
  at: number,
  go: (index: number) => void,
  props: TreeGridProps,
  page: number,
): void {
  // Keys in a row's own controls are not handled here.
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
  const { rows } = props
  const node = rows[at]!
  const folder = node.children !== null
  const keys: Record<string, () => void> = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    PageDown: () => go(at + page),
    PageUp: () => go(at - page),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    ArrowRight: () => folder && (props.isOpen(node) ? go(at + 1) : props.onToggle(node)),
    ArrowLeft: () => (folder && props.isOpen(node) ? props.onToggle(node) : go(rows.indexOf(node.parent!))),
    ' ': () => void props.setPriority(node, wantedOf(node) === 'all' ? 0 : 4),
    Enter: () => (folder ? props.onToggle(node) : props.onOpen(node)),
    F2: () => !folder && props.onRename(node),
  }
  const key = keys[logicalKey(event.key)]
  if (!key) return
  event.preventDefault()
  key()
}
