import { useMemo, useState } from 'react'
import layout from '../controls/layout.module.css'
import { formatBytes } from '../format/format.ts'
import { texts } from '../messages/viewing.ts'
import styles from './charts.module.css'
import { moveReading } from './keys.ts'
import { linear, niceTicks } from './scale.ts'
import { timeFormatFor } from './times.ts'
import type { Total } from './totals.ts'
import { useWidth } from './useWidth.ts'

const say = texts.charts
const mark = `${layout.inline} ${layout.dot} ${styles.rate}`

const MARGIN = { top: 10, right: 8, bottom: 24, left: 74 }
const GAP = 0.35

export interface TotalsChartProps {
  readonly totals: readonly Total[]
  readonly label: string
  readonly heightPixels?: number
}

/**
 * Draws the downloaded and uploaded bytes of each period as pairs of bars. The pointer or arrow
 * keys read one.
 */
export function TotalsChart({ totals, label, heightPixels = 200 }: TotalsChartProps) {
  const [ref, width] = useWidth()
  const [read, setRead] = useState<number | null>(null)
  const last = totals.length - 1
  const at = read === null ? null : Math.min(read, last)
  const said = totals[at ?? last]
  const spanMs = (totals[last]?.toMs ?? 0) - (totals[0]?.fromMs ?? 0)
  const formatTime = useMemo(() => timeFormatFor(spanMs), [spanMs])
  const text = said ? describeTotal(said, formatTime) : say.nothing
  return (
    <figure className={`${layout.stack2} ${layout.shrink}`}>
      <div className={`${layout.row4} ${layout.soft} ${styles.legend}`}>
        <span className={mark} data-tone="down">
          {say.downloaded}
        </span>
        <span className={mark} data-tone="up">
          {say.uploaded}
        </span>
        <span className={styles.readText}>{at === null ? '' : text}</span>
      </div>
      <div
        ref={ref}
        className={styles.plot}
        style={{ height: heightPixels }}
        role="slider"
        tabIndex={0}
        aria-label={say.reads({ what: label })}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={at ?? Math.max(0, last)}
        aria-valuetext={text}
        onKeyDown={event => moveReading(event, at ?? last, last, setRead)}
        onBlur={() => setRead(null)}
      >
        {width > 0 && <Bars {...{ totals, width, height: heightPixels, at, formatTime }} onRead={setRead} />}
      </div>
    </figure>
  )
}

function describeTotal(total: Total, formatTime: (atMs: number) => string): string {
  return say.reading({
    time: formatTime(total.fromMs),
    down: formatBytes(total.downloadedBytes),
    up: formatBytes(total.uploadedBytes),
  })
}

interface BarsProps {
  readonly totals: readonly Total[]
  readonly width: number
  readonly height: number
  readonly at: number | null
  readonly formatTime: (atMs: number) => string
  readonly onRead: (at: number | null) => void
}

function Bars({ totals, width, height, at, formatTime, onRead }: BarsProps) {
  const most = totals.reduce((most, each) => Math.max(most, each.downloadedBytes, each.uploadedBytes), 0)
  const ticks = niceTicks(most, 4, 1000)
  const y = linear([0, ticks.at(-1)!], [height - MARGIN.bottom, MARGIN.top])
  const x = linear([0, totals.length], [MARGIN.left, width - MARGIN.right])
  const slot = x(1) - x(0)
  const every = Math.ceil(totals.length / Math.max(1, Math.floor(width / 90)))
  const bar = (bytes: number) => ({ y: y(bytes), height: y(0) - y(bytes), width: (slot * (1 - GAP)) / 2 })
  return (
    <svg width={width} height={height} aria-hidden="true" onPointerLeave={() => onRead(null)}>
      {ticks.map(bytes => (
        <g key={bytes} className={styles.gridLine}>
          <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(bytes)} y2={y(bytes)} />
          <text x={MARGIN.left - 8} y={y(bytes)} dy="0.32em" textAnchor="end">
            {formatBytes(bytes)}
          </text>
        </g>
      ))}
      {totals.map((total, index) => (
        <g
          key={total.fromMs}
          className={index === at ? styles.slotRead : undefined}
          onPointerEnter={() => onRead(index)}
          onPointerDown={() => onRead(index)}
        >
          <rect
            className={styles.slotBack}
            x={x(index)}
            width={slot}
            y={MARGIN.top}
            height={height - MARGIN.top - MARGIN.bottom}
          />
          <rect
            className={styles.total}
            data-tone="down"
            x={x(index) + (slot * GAP) / 2}
            rx={1.5}
            {...bar(total.downloadedBytes)}
          />
          <rect
            className={styles.total}
            data-tone="up"
            x={x(index) + slot / 2}
            rx={1.5}
            {...bar(total.uploadedBytes)}
          />
          {index % every === 0 && (
            <text x={x(index) + slot / 2} y={height - 6} textAnchor="middle">
              {formatTime(total.fromMs)}
            </text>
          )}
        </g>
      ))}
    </svg>
  )
}
