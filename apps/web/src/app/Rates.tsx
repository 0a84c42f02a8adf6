import { Link } from 'wouter'
import { IconButton } from '../components/Button.tsx'
import { Icon } from '../components/Icon.tsx'
import { notifyError } from '../components/toasts.ts'
import { formatRate } from '../format/format.ts'
import { useCell, useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import styles from './Rates.module.css'

const SHOWN = 60

/** What comes and goes now, the last minute as a picture, and the switch of the alternative limits. */
export function Rates() {
  const node = useNode()
  const stats = useCell(node.stats)
  const recent = useCell(node.recent)
  if (!stats) return null
  const down = formatRate(stats.downloadBytesPerSecond)
  const up = formatRate(stats.uploadBytesPerSecond)
  return (
    <div className={styles.rates}>
      <Link href="/dashboard" className={styles.now}>
        <Spark
          points={recent
            .slice(-SHOWN)
            .map(({ downloadBytesPerSecond, uploadBytesPerSecond }) => [
              downloadBytesPerSecond,
              uploadBytesPerSecond,
            ])}
        />
        <span className={styles.down}>
          <Icon name="down" size={15} />
          <span className="visually-hidden">{texts.app.receiving}</span>
          <span className="number">{down}</span>
        </span>
        <span className={styles.up}>
          <Icon name="up" size={15} />
          <span className="visually-hidden">{texts.app.sending}</span>
          <span className="number">{up}</span>
        </span>
      </Link>
      <AlternativeLimits by={stats.limits.by} />
    </div>
  )
}

function AlternativeLimits({ by }: { by: 'settings' | 'alternative' | 'schedule' }) {
  const { api } = useNode()
  const on = by === 'alternative'
  const t = texts.app.limits
  const label = by === 'schedule' ? t.scheduled : on ? t.alternativeOn : t.alternativeOff
  const turn = () => api.changeSettings({ limits: { alternative: !on } }).catch(notifyError)
  return <IconButton icon="slow" label={label} aria-pressed={on} onClick={turn} className={styles.slow} />
}

const WIDTH = 84
const HEIGHT = 26

function Spark({ points }: { points: readonly (readonly number[])[] }) {
  const most = Math.max(1, ...points.flat())
  if (points.length < 2) return null
  const line = (series: number) =>
    points
      .map((point, at) => {
        const x = WIDTH - (points.length - 1 - at) * (WIDTH / (SHOWN - 1))
        return `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${(HEIGHT - 2 - (point[series]! / most) * (HEIGHT - 4)).toFixed(1)}`
      })
      .join('')
  return (
    <svg
      className={styles.spark}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
    >
      <path d={line(1)} stroke="var(--up)" />
      <path d={line(0)} stroke="var(--down)" />
    </svg>
  )
}
