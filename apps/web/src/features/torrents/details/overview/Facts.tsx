import { useId } from 'react'
import { CopyIcon } from '../../../../shared/controls/CopyIcon.tsx'
import layout from '../../../../shared/controls/layout.module.css'
import type { Fact } from './facts.ts'
import styles from './overview.module.css'

export function Facts(props: {
  readonly title: string
  readonly facts: readonly Fact[]
  readonly wide?: boolean
}) {
  const id = useId()
  return (
    <section
      className={
        props.wide
          ? `${layout.stack3} ${layout.card} ${styles.card} ${layout.wide} ${styles.wide}`
          : `${layout.stack3} ${layout.card} ${styles.card}`
      }
      aria-labelledby={id}
    >
      <h2 id={id} className={layout.heading}>
        {props.title}
      </h2>
      <dl className={`${layout.facts} ${layout.divided} ${styles.facts}`}>
        {props.facts.map(fact => (
          <div key={fact.name}>
            <dt>{fact.name}</dt>
            <dd>
              <span className={fact.copies ? `${layout.mono} ${styles.code}` : undefined}>
                {fact.value}
                {fact.hint && <small>{fact.hint}</small>}
              </span>
              {fact.copies && <CopyIcon text={fact.value} what={fact.name} />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
