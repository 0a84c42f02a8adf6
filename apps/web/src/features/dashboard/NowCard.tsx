import type { NodeStats } from '@shoal/api'
import { useMemo } from 'react'
import { Link } from 'wouter'
import { RateChart } from '../../shared/charts/RateChart.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Card } from '../../shared/controls/Panels.tsx'
import { formatRate } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useCell, useNode } from '../../shared/node/context.tsx'
import styles from './Dashboard.module.css'
import { limitText } from './limit-text.ts'
import { NOW_SPAN_MS, nowPoints } from './now-points.ts'

const t = texts.pages.dashboard
/** The minimum time span of the chart: until the history has arrived, the known rates fill it. */
const LEAST_SPAN_MS = 20_000
const MINUTE_MS = 60_000

/** The current rates, and those of the last ten minutes. */
export function NowCard({ stats }: { stats: NodeStats }) {
  const { recent } = useNode()
  const heard = useCell(recent)
  const { atMs } = stats
  // Requested again every few minutes: the store keeps received rates only for a few minutes.
  const { value } = useAsked(
    async api => ({ history: await api.getHistory({ range: 'hour' }), atMs }),
    [Math.floor(atMs / MINUTE_MS)],
  )
  const points = useMemo(() => nowPoints(heard, value, atMs), [heard, value, atMs])
  const fromMs = value ? atMs - NOW_SPAN_MS : Math.min(points[0]?.atMs ?? 0, atMs - LEAST_SPAN_MS)
  const { downloadBytesPerSecond, uploadBytesPerSecond } = stats.limits
  const isLimited = downloadBytesPerSecond !== null || uploadBytesPerSecond !== null
  return (
    <Card title={t.now} className={layout.wide}>
      <div className={styles.now}>
        <div className={`${layout.stack4} ${styles.rates}`}>
          <Rate
            name={t.download}
            tone="down"
            rate={stats.downloadBytesPerSecond}
            limit={stats.limits.downloadBytesPerSecond}
          />
          <Rate
            name={t.upload}
            tone="up"
            rate={stats.uploadBytesPerSecond}
            limit={stats.limits.uploadBytesPerSecond}
          />
          {isLimited && <LocalPeers />}
        </div>
        <div className={layout.shrink}>
          <RateChart points={points} fromMs={fromMs} toMs={atMs} label={t.now} heightPixels={150} />
        </div>
      </div>
    </Card>
  )
}

function Rate({
  name,
  tone,
  rate,
  limit,
}: {
  name: string
  tone: 'down' | 'up'
  rate: number
  limit: number | null
}) {
  return (
    <div className={`${layout.stack} ${styles.rate}`} data-tone={tone}>
      <span className={layout.soft}>{name}</span>
      <strong className="number">{formatRate(rate)}</strong>
      <span className={layout.soft}>{limitText(limit)}</span>
    </div>
  )
}

/**
 * Says that limits do not apply to local peers, if so: nothing else explains the faster transfer.
 */
function LocalPeers() {
  const { value } = useAsked(api => api.getSettings({}), [])
  if (!value || value.limits.limitLocalPeers) return null
  return (
    <p className={layout.soft}>
      <Link href="/settings#limits.limitLocalPeers">{t.localFree}</Link>
    </p>
  )
}
