import type { Torrent } from '@shoal/api'
import { useEffect, useMemo, useRef, useState } from 'react'
import { RateChart } from '../../../../shared/charts/RateChart.tsx'
import { extended, type RatePoint, toMeans } from '../../../../shared/charts/series.ts'
import layout from '../../../../shared/controls/layout.module.css'
import { Segments } from '../../../../shared/controls/Panels.tsx'
import { formatBytes } from '../../../../shared/format/format.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useAsked, useTorrent } from '../../../../shared/node/context.tsx'
import { useNow } from '../useNow.ts'
import styles from './graph.module.css'

const say = texts.torrent.graph
const HOUR_MS = 3_600_000
const SPANS = { minutes: 300_000, quarter: 900_000, hour: HOUR_MS } as const
type Span = keyof typeof SPANS

/** Shows the last hour from the history of the node, continued with the events of the list. */
export function GraphTab({ torrent: { id } }: { readonly torrent: Torrent }) {
  const [span, setSpan] = useState<Span>('quarter')
  const points = useRates(id)
  const toMs = useNow()
  const fromMs = toMs - SPANS[span]
  const shown = useMemo(
    () => points.filter((_, at) => (points[at + 1]?.atMs ?? toMs) >= fromMs),
    [points, fromMs, toMs],
  )
  const sum = useMemo(() => movedIn(shown), [shown])
  return (
    <section className={`${layout.stack4} ${styles.graph}`} aria-label={say.title}>
      <Segments<Span>
        label={say.span}
        value={span}
        segments={(Object.keys(SPANS) as Span[]).map(value => ({ value, text: say.spans[value] }))}
        onChange={setSpan}
      />
      <RateChart points={shown} fromMs={fromMs} toMs={toMs} label={say.label} heightPixels={280} />
      <p className={`${layout.soft} ${layout.tabular}`}>
        {say.summary({ down: formatBytes(sum.down), up: formatBytes(sum.up) })}
      </p>
    </section>
  )
}

function useRates(id: string): readonly RatePoint[] {
  const torrent = useTorrent(id)
  const [points, setPoints] = useState<readonly RatePoint[]>([])
  const asked = useAsked(api => api.getTorrentHistory({ id }), [id])
  useEffect(() => {
    if (asked.value) setPoints(toMeans(asked.value, Date.now() - HOUR_MS, Date.now()))
  }, [asked.value])
  const latest = useRef(torrent)
  latest.current = torrent
  useEffect(() => {
    const timer = setInterval(() => {
      const now = latest.current
      if (now) setPoints(before => extended(before, toPoint(now), HOUR_MS))
    }, 1000)
    return () => clearInterval(timer)
  }, [])
  return points
}

function toPoint(torrent: { downloadBytesPerSecond: number; uploadBytesPerSecond: number }): RatePoint {
  return { atMs: Date.now(), down: torrent.downloadBytesPerSecond, up: torrent.uploadBytesPerSecond }
}

/** Returns the number of bytes: the area below the lines. */
function movedIn(points: readonly RatePoint[]): { down: number; up: number } {
  const sum = { down: 0, up: 0 }
  for (const [index, point] of points.entries()) {
    const seconds = ((points[index + 1]?.atMs ?? point.atMs) - point.atMs) / 1000
    sum.down += point.down * seconds
    sum.up += point.up * seconds
  }
  return sum
}
