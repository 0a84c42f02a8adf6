import layout from '../controls/layout.module.css'
import { formatRate } from '../format/format.ts'
import { texts } from '../messages/viewing.ts'
import styles from './charts.module.css'
import { type RatePoint, thinned } from './series.ts'
import { timeFormatFor } from './times.ts'

const say = texts.charts

const ROWS = 30

/** The data of the chart in about 30 rows, newest first. */
export function RateTable(props: { points: readonly RatePoint[]; label: string; spanMs: number }) {
  const rows = thinned(props.points, ROWS).toReversed()
  const formatTime = timeFormatFor(props.spanMs)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section className={`${layout.box} ${styles.tableBox}`} tabIndex={0} aria-label={props.label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say.time}</th>
            <th scope="col" className={layout.numeric}>
              {say.download}
            </th>
            <th scope="col" className={layout.numeric}>
              {say.upload}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ atMs, down, up }) => (
            <tr key={atMs}>
              <th scope="row">{formatTime(atMs)}</th>
              <td className={layout.numeric}>{formatRate(down)}</td>
              <td className={layout.numeric}>{formatRate(up)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
