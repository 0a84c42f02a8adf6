import { type PointerEvent, useId, useMemo, useState } from 'react'
import layout from '../controls/layout.module.css'
import { formatRate } from '../format/format.ts'
import { texts } from '../messages/viewing.ts'
import styles from './charts.module.css'
import { moveReading } from './keys.ts'
import { RateTable } from './RateTable.tsx'
import { linear, niceTicks, timeTicks } from './scale.ts'
import { nearest, paths, type RatePoint, thinned } from './series.ts'
import { timeFormatFor } from './times.ts'
import { useWidth } from './useWidth.ts'

const say = texts.charts
const mark = `${layout.inline} ${layout.dot} ${styles.rate}`

export interface RateChartProps {
  /** Sorted by time. */
  readonly points: readonly RatePoint[]
  readonly fromMs: number
  readonly toMs: number
  /** Describes the rates for users who do not see the chart. */
  readonly label: string
  readonly heightPixels?: number
}

const MARGIN = { top: 10, right: 8, bottom: 24, left: 74 }
/** The minimum height of the axis. */
const FLOOR_BYTES_PER_SECOND = 1000

/**
 * Shows download and upload rates over time. The pointer or arrow keys read a time; a table
 * contains the same data.
 */
export function RateChart({ points, fromMs, toMs, label, heightPixels = 220 }: RateChartProps) {
  const [ref, width] = useWidth()
  const [asTable, setAsTable] = useState(false)
  const shown = useMemo(() => thinned(points, Math.max(60, Math.floor(width / 2))), [points, width])
  return (
    <figure className={`${layout.stack2} ${layout.shrink}`}>
      <div className={`${layout.row4} ${layout.soft} ${styles.legend}`}>
        <span className={mark} data-tone="down">
          {say.download}
        </span>
        <span className={mark} data-tone="up">
          {say.upload}
        </span>
        <button
          type="button"
          className={`${layout.soft} ${layout.box} ${styles.tableButton}`}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {say.table}
        </button>
      </div>
      {asTable ? (
        <RateTable points={shown} label={label} spanMs={toMs - fromMs} />
      ) : (
        <div ref={ref} style={{ height: heightPixels }}>
          {width > 0 && <Plot {...{ points: shown, fromMs, toMs, label, width, height: heightPixels }} />}
        </div>
      )}
    </figure>
  )
}

interface PlotProps {
  readonly points: readonly RatePoint[]
  readonly fromMs: number
  readonly toMs: number
  readonly label: string
  readonly width: number
  readonly height: number
}

function Plot({ points, fromMs, toMs, label, width, height }: PlotProps) {
  const [read, setRead] = useState<number | null>(null)
  const clip = useId()
  const drawing = useMemo(
    () => draw({ points, fromMs, toMs, width, height }),
    [points, fromMs, toMs, width, height],
  )
  const formatTime = timeFormatFor(toMs - fromMs)
  const last = points.length - 1
  const at = read === null ? null : Math.min(read, last)
  const point = at === null ? undefined : points[at]
  const said = point ?? points[last]
  const readAt = (event: PointerEvent<SVGSVGElement>) => {
    const left = event.currentTarget.getBoundingClientRect().left
    setRead(nearest(points, drawing.timeAt(event.clientX - left)))
  }
  return (
    <div
      className={styles.plot}
      role="slider"
      tabIndex={0}
      aria-label={say.reads({ what: label })}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, last)}
      aria-valuenow={at ?? Math.max(0, last)}
      aria-valuetext={said ? textOf(said, formatTime) : say.nothing}
      onKeyDown={event => moveReading(event, at ?? last, last, setRead)}
      onBlur={() => setRead(null)}
    >
      {/* The slider above describes the chart. */}
      <svg
        width={width}
        height={height}
        aria-hidden="true"
        onPointerMove={readAt}
        onPointerDown={readAt}
        onPointerLeave={() => setRead(null)}
      >
        <clipPath id={clip}>
          <rect
            x={MARGIN.left}
            y={0}
            width={Math.max(0, width - MARGIN.left - MARGIN.right)}
            height={height - MARGIN.bottom + 1}
          />
        </clipPath>
        {drawing.rates.map(({ rate, y }) => (
          <g key={rate} className={styles.gridLine}>
            <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y} y2={y} />
            <text x={MARGIN.left - 8} y={y} dy="0.32em" textAnchor="end">
              {formatRate(rate)}
            </text>
          </g>
        ))}
        {drawing.times.map(({ atMs, x }) => (
          <text key={atMs} x={x} y={height - 6} textAnchor="middle">
            {formatTime(atMs)}
          </text>
        ))}
        <g clipPath={`url(#${clip})`}>
          <path className={styles.area} data-tone="down" d={drawing.down.area} />
          <path className={styles.area} data-tone="up" d={drawing.up.area} />
          <path className={styles.line} data-tone="up" d={drawing.up.line} />
          <path className={styles.line} data-tone="down" d={drawing.down.line} />
        </g>
        {point && (
          <g>
            <line
              className={styles.cursor}
              x1={drawing.x(point.atMs)}
              x2={drawing.x(point.atMs)}
              y1={MARGIN.top}
              y2={height - MARGIN.bottom}
            />
            <circle
              className={styles.point}
              data-tone="up"
              r={3.5}
              cx={drawing.x(point.atMs)}
              cy={drawing.y(point.up)}
            />
            <circle
              className={styles.point}
              data-tone="down"
              r={3.5}
              cx={drawing.x(point.atMs)}
              cy={drawing.y(point.down)}
            />
          </g>
        )}
      </svg>
      {point && (
        <div className={styles.readout} aria-hidden="true" style={readoutPlace(drawing.x(point.atMs), width)}>
          <strong>{formatTime(point.atMs)}</strong>
          <span className={mark} data-tone="down">
            {formatRate(point.down)}
          </span>
          <span className={mark} data-tone="up">
            {formatRate(point.up)}
          </span>
        </div>
      )}
    </div>
  )
}

function draw({ points, fromMs, toMs, width, height }: Omit<PlotProps, 'label'>) {
  const highest = points.reduce((most, { down, up }) => Math.max(most, down, up), 0)
  const ticks = niceTicks(highest, 4, FLOOR_BYTES_PER_SECOND)
  const x = linear([fromMs, toMs], [MARGIN.left, width - MARGIN.right])
  const y = linear([0, ticks.at(-1)!], [height - MARGIN.bottom, MARGIN.top])
  const offsetMinutes = new Date(toMs).getTimezoneOffset()
  return {
    x,
    y,
    timeAt: linear([MARGIN.left, width - MARGIN.right], [fromMs, toMs]),
    rates: ticks.map(rate => ({ rate, y: y(rate) })),
    times: timeTicks(fromMs, toMs, Math.max(2, Math.floor(width / 110)), offsetMinutes)
      .map(atMs => ({ atMs, x: x(atMs) }))
      .filter(tick => tick.x > MARGIN.left + 16 && tick.x < width - 20),
    down: paths(points, 'down', x, y),
    up: paths(points, 'up', x, y),
  }
}

/** Returns the position of the readout: next to the cursor, on the side that has space. */
function readoutPlace(x: number, width: number) {
  return x < width / 2 ? { left: x + 12 } : { right: width - x + 12 }
}

function textOf({ atMs, down, up }: RatePoint, formatTime: (atMs: number) => string): string {
  return say.reading({ time: formatTime(atMs), down: formatRate(down), up: formatRate(up) })
}
