import type { NodeStats } from '@shoal/api'
import { useMemo } from 'react'
import { RateChart } from '../charts/RateChart.tsx'
import { Card } from '../components/Parts.tsx'
import { formatRate } from '../format/format.ts'
import { useCell, useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import styles from './Dashboard.module.css'
import { limitText } from './limit-text.ts'

const t = texts.pages.dashboard
const SPAN_MS = 120_000
/** What is known fills the picture, also in the first moments. */
const LEAST_SPAN_MS = 20_000

/** The rates of this moment, and of the last two minutes. */
export function NowCard({ stats }: { stats: NodeStats }) {
  const recent = useCell(useNode().recent)
  const points = useMemo(
    () =>
      recent.map(({ atMs, downloadBytesPerSecond: down, uploadBytesPerSecond: up }) => ({ atMs, down, up })),
    [recent],
  )
  return (
    <Card title={t.now} className={styles.whole}>
      <div className={styles.now}>
        <div className={styles.rates}>
          <Rate
            name={t.receiving}
            tone="down"
            rate={stats.downloadBytesPerSecond}
            limit={stats.limits.downloadBytesPerSecond}
          />
          <Rate
            name={t.sending}
            tone="up"
            rate={stats.uploadBytesPerSecond}
            limit={stats.limits.uploadBytesPerSecond}
          />
        </div>
        <div className={styles.chart}>
          <RateChart
            points={points}
            fromMs={Math.max(
              stats.atMs - SPAN_MS,
              Math.min(points[0]?.atMs ?? 0, stats.atMs - LEAST_SPAN_MS),
            )}
            toMs={stats.atMs}
            label={t.now}
            heightPixels={150}
          />
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
    <div className={styles.rate} data-tone={tone}>
      <span className={styles.rateName}>{name}</span>
      <strong className="number">{formatRate(rate)}</strong>
      <span className={styles.soft}>{limitText(limit)}</span>
    </div>
  )
}
