import type { NodeStats } from '@shoal/api'
import { useEffect, useMemo, useState } from 'react'
import { Link } from 'wouter'
import { linear } from '../shared/charts/scale.ts'
import { paths } from '../shared/charts/series.ts'
import { IconButton } from '../shared/controls/Button.tsx'
import { Icon } from '../shared/controls/Icon.tsx'
import layout from '../shared/controls/layout.module.css'
import { setRatesTitle } from '../shared/controls/title.ts'
import { notifyError } from '../shared/controls/toasts.ts'
import { formatRate } from '../shared/format/format.ts'
import { texts } from '../shared/messages/texts.ts'
import { useCell, useNode } from '../shared/node/context.tsx'
import type { NodeStore } from '../shared/node/node-store.ts'
import styles from './Rates.module.css'

/**
 * Shows the current rates, a chart of the last minute, and the switch for the alternative limits.
 */
export function Rates() {
  const node = useNode()
  const stats = useCell(node.stats)
  const title = stats ? ratesTitle(stats) : ''
  useEffect(() => setRatesTitle(title), [title])
  if (!stats) return null
  const down = formatRate(stats.downloadBytesPerSecond)
  const up = formatRate(stats.uploadBytesPerSecond)
  return (
    <div className={`${layout.row} ${styles.rates}`}>
      <Link href="/dashboard" className={`${layout.row} ${layout.hover} ${styles.now}`}>
        <LastMinute node={node} />
        <span className={`${layout.row1} ${styles.rate}`} data-tone="down">
          <Icon name="down" size={15} />
          <span className="visually-hidden">{texts.app.downloading}</span>
          <span className="number">{down}</span>
        </span>
        <span className={`${layout.row1} ${styles.rate}`} data-tone="up">
          <Icon name="up" size={15} />
          <span className="visually-hidden">{texts.app.uploading}</span>
          <span className="number">{up}</span>
        </span>
      </Link>
      <AlternativeLimits by={stats.limits.by} />
    </div>
  )
}

function ratesTitle({ downloadBytesPerSecond: down, uploadBytesPerSecond: up }: NodeStats): string {
  return [down > 0 ? `↓ ${formatRate(down)}` : '', up > 0 ? `↑ ${formatRate(up)}` : '']
    .filter(Boolean)
    .join(' ')
}

function AlternativeLimits({ by }: { by: 'settings' | 'alternative' | 'schedule' }) {
  const { api } = useNode()
  // The assumed state, shown at once until the node answers: a second click then toggles it back.
  const [assumed, setAssumed] = useState<boolean | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the node says takes the place of what was assumed
  useEffect(() => setAssumed(null), [by])
  const on = assumed ?? by === 'alternative'
  const t = texts.app.limits
  const label = by === 'schedule' && assumed === null ? t.scheduled : on ? t.alternativeOn : t.alternativeOff
  const turn = () => {
    setAssumed(!on)
    api.changeSettings({ limits: { alternative: !on } }).catch(error => {
      setAssumed(null)
      notifyError(error)
    })
  }
  return <IconButton icon="slow" label={label} aria-pressed={on} onClick={turn} />
}

const SHOWN_MS = 60_000
const WIDTH = 84
const HEIGHT = 26
/** The top of the scale is at least this, so that a few bytes do not fill the chart. */
const LEAST_BYTES_PER_SECOND = 10_000

/**
 * A chart of the rates next to it. Its space is reserved from the start; it fills from the right.
 */
function LastMinute({ node }: { node: NodeStore }) {
  const recent = useCell(node.recent)
  const drawn = useMemo(() => {
    const toMs = recent.at(-1)?.atMs ?? 0
    const points = recent
      .filter(({ atMs }) => atMs >= toMs - SHOWN_MS)
      .map(({ atMs, downloadBytesPerSecond: down, uploadBytesPerSecond: up }) => ({ atMs, down, up }))
    const highest = Math.max(LEAST_BYTES_PER_SECOND, ...points.flatMap(({ down, up }) => [down, up]))
    const x = linear([toMs - SHOWN_MS, toMs], [0, WIDTH])
    const y = linear([0, highest], [HEIGHT - 2, 2])
    return { down: paths(points, 'down', x, y), up: paths(points, 'up', x, y) }
  }, [recent])
  return (
    <svg className={styles.spark} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path className={styles.base} d={`M0 ${HEIGHT - 1.5}H${WIDTH}`} />
      <path className={styles.area} data-tone="down" d={drawn.down.area} />
      <path data-tone="up" d={drawn.up.line} />
      <path data-tone="down" d={drawn.down.line} />
    </svg>
  )
}
