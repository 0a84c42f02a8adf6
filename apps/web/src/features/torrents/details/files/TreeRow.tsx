// biome-ignore-all lint/a11y/useSemanticElements: a virtual grid cannot be a <table>: its rows are positioned one by one
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row

import { type CSSProperties, useEffect, useRef } from 'react'
import layout from '../../../../shared/controls/layout.module.css'
import { ProgressBar } from '../../../../shared/controls/Panels.tsx'
import { formatBytes, formatPercent } from '../../../../shared/format/format.ts'
import { canShow, kindOf } from '../../../../shared/media/kinds.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { priorityOf, progressOf, type TreeActions, type TreeNode, wantedOf } from '../file-tree.ts'
import { FileIcon } from './FileIcon.tsx'
import styles from './files.module.css'
import { RowMenu } from './RowMenu.tsx'

const say = texts.torrent.files
const DEEPEST_INDENT = 10

export interface TreeRowProps {
  readonly id: string
  readonly node: TreeNode
  readonly rowIndex: number
  readonly top: number
  readonly isActive: boolean
  readonly isMarked: boolean
  onPoint(): void
  readonly actions: TreeActions
}

export function TreeRow({ id, node, rowIndex, top, isActive, isMarked, onPoint, actions }: TreeRowProps) {
  const tabIndex = isActive ? 0 : -1
  const isOpen = node.children ? actions.isOpen(node) : undefined
  const progress = progressOf(node)
  const wanted = wantedOf(node)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys
    <div
      id={id}
      role="row"
      className={`${layout.ruled} ${layout.hover} ${styles.row}`}
      aria-level={node.depth + 1}
      aria-rowindex={rowIndex}
      aria-expanded={isOpen}
      aria-current={isMarked || undefined}
      data-active={isActive || undefined}
      data-unwanted={wanted === 'none' || undefined}
      style={{ top }}
      onClick={onPoint}
    >
      <div
        role="gridcell"
        className={`${layout.row2} ${layout.shrink} ${styles.name}`}
        style={{ '--depth': Math.min(node.depth, DEEPEST_INDENT) } as CSSProperties}
      >
        <Chevron node={node} isOpen={isOpen} onToggle={actions.onToggle} />
        <WantBox
          node={node}
          wanted={wanted}
          tabIndex={tabIndex}
          onChange={priority => void actions.setPriority(node, priority)}
        />
        <FileIcon node={node} isOpen={isOpen ?? false} />
        <NameButton node={node} tabIndex={tabIndex} actions={actions} />
        <Copies node={node} />
      </div>
      <div role="gridcell" className={`${layout.soft} ${styles.size}`}>
        {formatBytes(node.lengthBytes)}
      </div>
      <div role="gridcell" className={`${layout.row2} ${layout.soft} ${layout.end} ${styles.progress}`}>
        <ProgressBar value={progress} tone={progress === 1 ? 'good' : 'accent'} />
        <span>{formatPercent(progress)}</span>
      </div>
      <div role="gridcell" className={styles.priority}>
        <PrioritySelect
          node={node}
          tabIndex={tabIndex}
          onChange={priority => void actions.setPriority(node, priority)}
        />
      </div>
      <div role="gridcell">
        <RowMenu node={node} tabIndex={tabIndex} actions={actions} />
      </div>
    </div>
  )
}

function Chevron(props: { node: TreeNode; isOpen: boolean | undefined; onToggle: (node: TreeNode) => void }) {
  if (!props.node.children)
    return <span className={`${layout.center} ${layout.fixed} ${layout.dim} ${styles.chevron}`} />
  return (
    // The keys of the grid do the same; assistive technology sees `aria-expanded` on the row.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <span
      className={`${layout.center} ${layout.fixed} ${layout.dim} ${styles.chevron}`}
      data-open={props.isOpen || undefined}
      onClick={() => props.onToggle(props.node)}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path
          d="M6 3.5 10.5 8 6 12.5"
          fill="none"
          stroke="currentcolor"
          strokeWidth="1.75"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
    </span>
  )
}

interface ControlProps {
  readonly node: TreeNode
  readonly tabIndex: number
  onChange(priority: number): void
}

function WantBox({
  node,
  wanted,
  tabIndex,
  onChange,
}: ControlProps & { readonly wanted: 'all' | 'some' | 'none' }) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (box.current) box.current.indeterminate = wanted === 'some'
  }, [wanted])
  return (
    <input
      ref={box}
      type="checkbox"
      className={`${layout.fixed} ${styles.want}`}
      tabIndex={tabIndex}
      aria-label={say.want({ name: node.name })}
      checked={wanted !== 'none'}
      onChange={() => onChange(wanted === 'all' ? 0 : 4)}
    />
  )
}

function NameButton({ node, tabIndex, actions }: { node: TreeNode; tabIndex: number; actions: TreeActions }) {
  const kind = node.file && kindOf(node.file)
  const plays = kind === 'video' || kind === 'audio'
  const label =
    kind && canShow(kind)
      ? plays
        ? say.play({ name: node.name })
        : say.open({ name: node.name })
      : undefined
  return (
    <button
      type="button"
      className={`${layout.clip} ${styles.nameButton}`}
      tabIndex={tabIndex}
      title={node.name}
      {...(label ? { 'aria-label': label } : {})}
      onClick={() => (node.children ? actions.onToggle(node) : actions.onOpen(node))}
    >
      {node.name}
    </button>
  )
}

/** Shows the other torrents with the file, and how many bytes were copied from them. */
function Copies({ node }: { node: TreeNode }) {
  const all = node.file?.copies.map(({ name, takenBytes }) =>
    takenBytes > 0 ? say.takenFrom({ name, size: formatBytes(takenBytes) }) : say.alsoIn({ name }),
  )
  if (!all?.length) return null
  const text = all.join(', ')
  return (
    <span className={`${layout.clip} ${layout.soft} ${styles.copies}`} title={text}>
      {text}
    </span>
  )
}

const CHOICES = [
  [0, say.priorities.none],
  [1, say.priorities.low],
  [4, say.priorities.normal],
  [7, say.priorities.high],
] as const

function PrioritySelect({ node, tabIndex, onChange }: ControlProps) {
  const priority = priorityOf(node)
  const isUsual = CHOICES.some(([value]) => value === priority)
  return (
    <select
      tabIndex={tabIndex}
      aria-label={say.priorityOf({ name: node.name })}
      value={String(priority)}
      data-priority={priority}
      onChange={event => onChange(Number(event.target.value))}
    >
      {!isUsual && (
        <option value={String(priority)} disabled>
          {priority === 'mixed' ? say.priorities.mixed : say.priorities.own({ value: priority })}
        </option>
      )}
      {CHOICES.map(([value, name]) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </select>
  )
}
