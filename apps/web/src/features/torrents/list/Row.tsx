import type { Torrent } from '@shoal/api'
import { type MouseEvent, memo } from 'react'
import { Icon } from '../../../shared/controls/Icon.tsx'
import { LabelChip } from '../../../shared/controls/Labels.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { ProgressBar } from '../../../shared/controls/Panels.tsx'
import { errorMessage } from '../../../shared/format/error-message.ts'
import {
  formatBytes,
  formatDuration,
  formatPercent,
  formatRate,
  formatRatio,
} from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useTorrent } from '../../../shared/node/context.tsx'
import { type Colours, renderCell, SealedMark, StateIcon } from './cells.tsx'
import type { Column } from './columns.ts'
import styles from './List.module.css'
import { hasProgress, lookOf, stateText } from './look.ts'
import { etaOf } from './view.ts'

export interface RowProps {
  readonly id: string
  readonly index: number
  readonly topPx: number
  readonly heightPx: number
  readonly columns: readonly Column[]
  readonly selected: boolean
  readonly cursor: boolean
  readonly colours: Colours
}

export const rowId = (id: string) => `torrent-${id}`
const t = texts.list

/** A row of the table. It is rendered again only when its torrent or its position changes. */
export const Row = memo(function Row(props: RowProps) {
  const torrent = useTorrent(props.id)
  if (!torrent) return null
  const name = shownName(torrent.name)
  return (
    <div {...rowProps(props)} className={`${layout.hover} ${styles.row}`}>
      <div role="gridcell" className={`${layout.center} ${styles.box}`}>
        <SelectBox name={name} selected={props.selected} />
      </div>
      {props.columns.map(({ key, end }) => (
        <div
          key={key}
          role="gridcell"
          className={`${layout.soft} ${layout.shrink} ${layout.nowrap} ${styles.cell}`}
          data-column={key}
          data-end={end || undefined}
        >
          {renderCell(key, torrent, props.colours)}
        </div>
      ))}
      <div role="gridcell" className={layout.center}>
        <MenuButton name={name} />
      </div>
    </div>
  )
})

/** The same on a narrow screen. */
export const CardRow = memo(function CardRow(props: RowProps) {
  const torrent = useTorrent(props.id)
  if (!torrent) return null
  const { progress, downloadBytesPerSecond, uploadBytesPerSecond, ratio, totalBytes, label } = torrent
  const eta = etaOf(torrent)
  const name = shownName(torrent.name)
  return (
    <div {...rowProps(props)} className={`${layout.ruled} ${styles.card}`}>
      <div role="gridcell" className={`${layout.center} ${styles.box}`}>
        <SelectBox name={name} selected={props.selected} />
      </div>
      <div role="gridcell" className={layout.shrink}>
        <div className={`${layout.row2} ${styles.cardName}`}>
          <StateIcon torrent={torrent} />
          <span className={`${layout.clip} ${layout.grow} ${styles.cardTitle}`}>{name}</span>
          {torrent.sealed && <SealedMark />}
          {label !== null && <LabelChip name={label} colour={props.colours.get(label)?.colour} />}
        </div>
        <ProgressBar value={progress} tone={lookOf(torrent).tone} />
        <div className={`${layout.muted} ${layout.tiny} ${layout.nowrap} ${styles.cardFacts}`}>
          <span className={layout.clip} data-reason={torrent.reason}>
            {describeState(torrent)}
          </span>
          {downloadBytesPerSecond > 0 && (
            <span className="number">
              <Icon name="down" size={12} />
              {formatRate(downloadBytesPerSecond)}
            </span>
          )}
          {uploadBytesPerSecond > 0 && (
            <span className="number">
              <Icon name="up" size={12} />
              {formatRate(uploadBytesPerSecond)}
            </span>
          )}
          {eta !== null && (
            <span className={`number ${layout.clip}`}>{t.left({ time: formatDuration(eta, 1) })}</span>
          )}
          <span className={`${layout.fixed} ${styles.cardEnd}`}>
            {!hasProgress(torrent) && ratio !== null && <span className="number">{formatRatio(ratio)}</span>}
            {totalBytes !== null && <span className="number">{formatBytes(totalBytes)}</span>}
          </span>
        </div>
      </div>
      <div role="gridcell" className={layout.center}>
        <MenuButton name={name} />
      </div>
    </div>
  )
})

/** Describes the state and the progress. A download with a rate next to it needs no text. */
function describeState(torrent: Torrent): string {
  const { error, state, progress, downloadBytesPerSecond } = torrent
  if (error) return errorMessage(error)
  if (!hasProgress(torrent)) return stateText(torrent)
  return state === 'downloading' && downloadBytesPerSecond > 0
    ? formatPercent(progress, 1)
    : `${stateText(torrent)}, ${formatPercent(progress)}`
}

function rowProps({ id, index, topPx, heightPx, selected, cursor }: RowProps) {
  return {
    id: rowId(id),
    role: 'row',
    'aria-rowindex': index + 2,
    'aria-selected': selected,
    'data-row': id,
    'data-cursor': cursor || undefined,
    style: { transform: `translateY(${topPx}px)`, height: heightPx },
  } as const
}

function SelectBox({ name, selected }: { name: string; selected: boolean }) {
  return (
    <input
      type="checkbox"
      data-role="select"
      tabIndex={-1}
      checked={selected}
      readOnly
      aria-label={t.select({ name })}
      onChange={nothing}
    />
  )
}

const nothing = () => {}

/** Opens the menu that the right mouse button also opens. */
function MenuButton({ name }: { name: string }) {
  const open = (event: MouseEvent<HTMLButtonElement>) => {
    event.stopPropagation()
    const { left, bottom } = event.currentTarget.getBoundingClientRect()
    event.currentTarget.dispatchEvent(
      new globalThis.MouseEvent('contextmenu', {
        bubbles: true,
        cancelable: true,
        clientX: left,
        clientY: bottom,
      }),
    )
  }
  return (
    <button
      type="button"
      className={`${layout.center} ${layout.muted} ${styles.more}`}
      aria-label={t.menuOf({ name })}
      tabIndex={-1}
      onClick={open}
    >
      <Icon name="more" size={16} />
    </button>
  )
}
