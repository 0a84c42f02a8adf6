import { type ReactNode, useId } from 'react'
import { Icon } from './Icon.tsx'
import layout from './layout.module.css'
import styles from './Panels.module.css'

export type Tone = 'accent' | 'good' | 'bad' | 'warn' | 'idle'

interface ProgressBarProps {
  /** 0 to 1. */
  readonly value: number
  readonly tone?: Tone
  /**
   * Describes the value. Without it the bar is hidden from assistive technology: the text next to
   * it then says the same.
   */
  readonly label?: string
}

export function ProgressBar({ value, tone = 'accent', label }: ProgressBarProps) {
  const share = Math.max(0, Math.min(1, value))
  const role =
    label === undefined
      ? ({ 'aria-hidden': true } as const)
      : ({ role: 'progressbar', 'aria-label': label, 'aria-valuenow': Math.floor(share * 100) } as const)
  return (
    <div
      {...role}
      className={styles.track}
      data-tone={tone}
      style={{ backgroundSize: `${share * 100}% 100%` }}
    />
  )
}

/** A warning or an information in the middle of a page. */
export function Notice({
  tone = 'bad',
  children,
  action,
}: {
  tone?: 'bad' | 'warn' | 'info'
  children: ReactNode
  action?: ReactNode
}) {
  return (
    <div
      className={`${layout.row2} ${styles.problem}`}
      data-tone={tone}
      role={tone === 'bad' ? 'alert' : 'note'}
    >
      <Icon name={tone === 'info' ? 'info' : 'alert'} />
      <div className={layout.grow}>{children}</div>
      {action}
    </div>
  )
}

export function Card({
  title,
  children,
  className,
}: {
  title?: ReactNode
  children: ReactNode
  className?: string | undefined
}) {
  return (
    <section className={[`${layout.card} ${styles.card}`, className].filter(Boolean).join(' ')}>
      {title && <h2 className={layout.heading}>{title}</h2>}
      {children}
    </section>
  )
}

export interface Segment<Value extends string> {
  readonly value: Value
  readonly text: string
}

/** A choice between a few options that are all visible. */
export function Segments<Value extends string>(props: {
  label: string
  value: Value
  segments: readonly Segment<Value>[]
  onChange(value: Value): void
}) {
  const name = useId()
  return (
    <div className={styles.segments} role="radiogroup" aria-label={props.label}>
      {props.segments.map(({ value, text }) => (
        <label key={value} className={`${layout.soft} ${layout.center} ${styles.segment}`}>
          <input
            type="radio"
            className="visually-hidden"
            name={name}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          {text}
        </label>
      ))}
    </div>
  )
}
