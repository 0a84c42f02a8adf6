import { useMemo, useState } from 'react'
import { TotalsChart } from '../../shared/charts/TotalsChart.tsx'
import { addUp, toTotals } from '../../shared/charts/totals.ts'
import { Loading, Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Card, Segments } from '../../shared/controls/Panels.tsx'
import { formatBytes } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked } from '../../shared/node/context.tsx'
import styles from './Dashboard.module.css'
import { HISTORY_SPANS, type Range } from './ranges.ts'

const t = texts.pages.dashboard
const RANGES = ['hour', 'day', 'month', 'year'] as const

/** Shows the bytes transferred in the last hour, day, month or year. */
export function TrafficCard() {
  const [range, setRange] = useState<Range>('day')
  const asked = useAsked(
    async api => ({ range, history: await api.getHistory({ range }), atMs: Date.now() }),
    [range],
  )
  const { value } = asked
  const totals = useMemo(
    () => (value ? toTotals(value.history, value.atMs - HISTORY_SPANS[value.range], value.atMs) : []),
    [value],
  )
  const sum = addUp(totals)
  return (
    <Card className={layout.wide}>
      <div className={`${layout.wrap2} ${styles.cardHead}`}>
        <h2 className={layout.heading}>{t.traffic}</h2>
        {value && (
          <span className={`${layout.soft} ${styles.sums}`}>
            {t.downloaded} <strong className="number">{formatBytes(sum.downloadedBytes)}</strong> ·{' '}
            {t.uploaded} <strong className="number">{formatBytes(sum.uploadedBytes)}</strong>
          </span>
        )}
        <Segments<Range>
          label={t.traffic}
          value={range}
          onChange={setRange}
          segments={RANGES.map(value => ({ value, text: t.ranges[value] }))}
        />
      </div>
      {asked.error && <Problem error={asked.error} onRetry={asked.reload} />}
      {value ? <TotalsChart totals={totals} label={`${t.traffic}: ${t.ranges[value.range]}`} /> : <Loading />}
    </Card>
  )
}
