import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { controlClass } from '../../shared/controls/Field.tsx'
import { Icon } from '../../shared/controls/Icon.tsx'
import layout from '../../shared/controls/layout.module.css'
import { formatBytes } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import styles from './Add.module.css'
import { type PlanFile, type PlanNode, planRows, planTree, toggleWanted, wantedState } from './wanted.ts'

const t = texts.add.preview
const ROW_PX = 32
/** Folders are initially open in torrents with at most this many files. */
const OPEN_UP_TO = 60

interface Props {
  readonly files: readonly PlanFile[]
  readonly wanted: ReadonlySet<number>
  onWanted(wanted: ReadonlySet<number>): void
}

/** A tree of files to choose from, with the number and size of the chosen ones. */
export function WantedTree({ files, wanted, onWanted }: Props) {
  const root = useMemo(() => planTree(files), [files])
  const [text, setText] = useState('')
  const [open, setOpen] = useState<ReadonlySet<string>>(() => openAtFirst(root))
  const rows = useMemo(() => planRows(root, open, text), [root, open, text])
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  })
  const bytes = useMemo(
    () => files.reduce((sum, file) => sum + (wanted.has(file.index) ? file.lengthBytes : 0), 0),
    [files, wanted],
  )
  const turn = (path: string) => {
    const next = new Set(open)
    if (!next.delete(path)) next.add(path)
    setOpen(next)
  }
  if (files.length === 1) return null
  return (
    <div className={`${layout.box} ${styles.tree}`}>
      <div className={`${layout.wrap2} ${layout.ruled} ${styles.treeHead}`}>
        <span className={`${layout.small} ${layout.tabular} ${styles.chosen}`} aria-live="polite">
          {t.chosen({ chosen: wanted.size, count: files.length, size: formatBytes(bytes) })}
        </span>
        {files.length > 12 && (
          <input
            className={controlClass}
            type="search"
            aria-label={t.filter}
            placeholder={t.filter}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        )}
        <Button size="small" variant="quiet" onClick={() => onWanted(new Set(root.files))}>
          {t.all}
        </Button>
        <Button size="small" variant="quiet" onClick={() => onWanted(new Set())}>
          {t.none}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <section ref={scroller} className={styles.treeRows} tabIndex={0} aria-label={t.files}>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const node = rows[index]!
            return (
              <div
                key={node.path}
                className={`${layout.row} ${layout.whole} ${layout.small} ${layout.hover} ${styles.treeRow}`}
                style={{ transform: `translateY(${start}px)`, paddingInlineStart: 8 + node.depth * 20 }}
              >
                <Row
                  node={node}
                  wanted={wanted}
                  open={text !== '' || open.has(node.path)}
                  onTurn={() => turn(node.path)}
                  onWanted={() => onWanted(toggleWanted(wanted, node))}
                />
              </div>
            )
          })}
        </div>
      </section>
    </div>
  )
}

function Row(props: {
  node: PlanNode
  wanted: ReadonlySet<number>
  open: boolean
  onTurn(): void
  onWanted(): void
}) {
  const { node, wanted, open } = props
  const state = wantedState(node, wanted)
  return (
    <>
      {node.children ? (
        <button
          type="button"
          className={`${layout.center} ${layout.fixed} ${layout.muted} ${styles.turn}`}
          aria-expanded={open}
          aria-label={t.open({ name: node.name })}
          onClick={props.onTurn}
        >
          <Icon name={open ? 'expand' : 'right'} size={14} />
        </button>
      ) : (
        <span className={`${layout.center} ${layout.fixed} ${layout.muted} ${styles.turn}`} />
      )}
      <label className={`${layout.row2} ${layout.grow} ${layout.tall} ${styles.treeName}`}>
        <input
          type="checkbox"
          checked={state === 'all'}
          ref={box => {
            if (box) box.indeterminate = state === 'some'
          }}
          onChange={props.onWanted}
          aria-label={t.wanted({ name: node.name })}
        />
        <Icon name={node.children ? 'folder' : 'file'} size={15} />
        <span title={node.path}>{node.name}</span>
      </label>
      <span className="number">{formatBytes(node.lengthBytes)}</span>
    </>
  )
}

function openAtFirst(root: PlanNode): Set<string> {
  const open = new Set<string>()
  const walk = (node: PlanNode, all: boolean) => {
    for (const child of node.children ?? []) {
      if (!child.children || (!all && node.children!.length > 1)) continue
      open.add(child.path)
      walk(child, all)
    }
  }
  walk(root, root.files.length <= OPEN_UP_TO)
  return open
}
