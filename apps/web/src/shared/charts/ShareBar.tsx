import layout from '../controls/layout.module.css'
import { formatCount, formatPercent } from '../format/format.ts'
import { texts } from '../messages/viewing.ts'
import styles from './charts.module.css'

const say = texts.charts

export interface Share {
  readonly name: string
  readonly value: number
}

const TONES = ['down', 'up', 'brown', 'green', 'pink', 'gray'] as const
/** Maximum number of parts; the others are shown together. */
const MOST = TONES.length

/** Shows the parts of a whole as one bar, and below it each part with its number. */
export function ShareBar({ shares, label }: { readonly shares: readonly Share[]; readonly label: string }) {
  const parts = largest(shares)
  const whole = parts.reduce((sum, { value }) => sum + value, 0)
  return (
    <div className={layout.stack3}>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ name, value }, index) => (
          <span key={name} data-tone={TONES[index]} style={{ flexGrow: value }} />
        ))}
      </div>
      <ul className={`${layout.wrap2} ${styles.parts} ${styles.baseline}`} aria-label={label}>
        {parts.map(({ name, value }, index) => (
          <li key={name} data-tone={TONES[index]}>
            <span>{name}</span>
            <strong>{formatCount(value)}</strong>
            <small>{partText(value / whole)}</small>
          </li>
        ))}
        {parts.length === 0 && <li>{say.none}</li>}
      </ul>
    </div>
  )
}

/** Small parts are never shown as zero. */
const partText = (part: number) => (part < 0.01 ? `<${formatPercent(0.01)}` : formatPercent(part))

function largest(shares: readonly Share[]): Share[] {
  const sorted = shares.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value)
  if (sorted.length <= MOST) return sorted
  const others = sorted.slice(MOST - 1).reduce((sum, { value }) => sum + value, 0)
  return [...sorted.slice(0, MOST - 1), { name: say.others, value: others }]
}
