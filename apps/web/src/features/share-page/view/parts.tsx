import type { ReactNode } from 'react'
import { Icon } from '../../../shared/controls/Icon.tsx'
import look from '../../../shared/controls/Parts.module.css'

/** Something that is wrong, or good to know. */
export function Notice(props: { tone?: 'bad' | 'warn' | 'info'; children: ReactNode; action?: ReactNode }) {
  const { tone = 'bad', children, action } = props
  return (
    <div className={look.problem} data-tone={tone} role={tone === 'bad' ? 'alert' : 'note'}>
      <Icon name={tone === 'info' ? 'info' : 'alert'} />
      <div>{children}</div>
      {action}
    </div>
  )
}

/** A part of the page with a heading of its own. */
export function Section(props: { title: string; children: ReactNode; tools?: ReactNode }) {
  return (
    <section className={look.card}>
      <h2>{props.title}</h2>
      {props.tools}
      {props.children}
    </section>
  )
}

/** How much is done; the words beside it say the same. */
export function Bar({
  value,
  tone,
  label,
}: {
  value: number
  tone?: 'good' | 'bad' | 'warn'
  label: string
}) {
  const percent = Math.floor(Math.max(0, Math.min(1, value)) * 100)
  return (
    <div
      className={look.track}
      data-tone={tone}
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      style={{ backgroundSize: `${100 * value}% 100%` }}
    />
  )
}

export { wordsOf } from '../../../shared/base/words-of.ts'
