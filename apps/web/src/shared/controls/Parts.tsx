import { type ReactNode, useId } from 'react'
import { leastUsed } from '../format/colours.ts'
import { messageOf } from '../format/errors.ts'
import { texts } from '../messages/texts.ts'
import { useCell, useNode } from '../node/context.tsx'
import { Button } from './Button.tsx'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.ts'
import styles from './Parts.module.css'

export type Tone = 'accent' | 'good' | 'bad' | 'warn' | 'idle'

/** How much of something is done. What is beside it says the same in words, so that it is no more than a picture. */
export function ProgressBar({ value, tone = 'accent' }: { value: number; tone?: Tone }) {
  return (
    <div
      className={styles.track}
      data-tone={tone}
      aria-hidden="true"
      style={{ backgroundSize: `${Math.max(0, Math.min(1, value)) * 100}% 100%` }}
    />
  )
}

export function EmptyState(props: {
  icon: IconName
  title: string
  /** It is the whole page. */
  page?: boolean
  children?: ReactNode
  actions?: ReactNode
}) {
  const Heading = props.page ? 'h1' : 'h2'
  return (
    <div className={styles.empty}>
      <div className={styles.picture}>
        <Icon name={props.icon} size={34} />
      </div>
      <Heading>{props.title}</Heading>
      {props.children && <p>{props.children}</p>}
      {props.actions && <div className={styles.buttons}>{props.actions}</div>}
    </div>
  )
}

export function Spinner() {
  return (
    <div className={styles.spinner} role="status">
      <span className="visually-hidden">{texts.app.loading}</span>
    </div>
  )
}

export function Loading() {
  return (
    <div className={styles.loading}>
      <Spinner />
    </div>
  )
}

/** Something that is wrong, or good to know, in the middle of a page. */
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
    <div className={styles.problem} data-tone={tone} role={tone === 'bad' ? 'alert' : 'note'}>
      <Icon name={tone === 'info' ? 'info' : 'alert'} />
      <div>{children}</div>
      {action}
    </div>
  )
}

export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <Notice
      action={
        onRetry && (
          <Button size="small" icon="refresh" onClick={onRetry}>
            {texts.app.retry}
          </Button>
        )
      }
    >
      {messageOf(error)}
    </Notice>
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
    <section className={[styles.card, className].filter(Boolean).join(' ')}>
      {title && <h2>{title}</h2>}
      {children}
    </section>
  )
}

/** `colour` instead of the one that the label has. */
export function LabelDot({ name, colour }: { name: string; colour?: string | null | undefined }) {
  const colours = useCell(useNode().labelColours)
  const background = colour ?? colours.get(name) ?? leastUsed(name, colours.values())
  return <span className={styles.dot} style={{ background }} aria-hidden="true" />
}

export function LabelChip({ name, colour }: { name: string; colour?: string | null | undefined }) {
  return (
    <span className={styles.chip}>
      <LabelDot name={name} colour={colour} />
      <span>{name}</span>
    </span>
  )
}

export interface Segment<Value extends string> {
  readonly value: Value
  readonly text: string
}

/** One of a few, seen at once. */
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
        <label key={value} className={styles.segment}>
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
