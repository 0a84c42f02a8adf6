import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.ts'
import layout from './layout.module.css'
import styles from './Panels.module.css'

/** Shown instead of content: says why there is none, and what to do. */
export function EmptyState(props: {
  icon: IconName
  title: string
  /** Whether it fills the whole page: then its title is the page's heading. */
  page?: boolean
  children?: ReactNode
  actions?: ReactNode
}) {
  const Heading = props.page ? 'h1' : 'h2'
  return (
    <div className={`${layout.stack3} ${layout.centered} ${styles.empty}`}>
      <div className={`${layout.center} ${styles.picture}`}>
        <Icon name={props.icon} size={34} />
      </div>
      <Heading>{props.title}</Heading>
      {props.children && <p>{props.children}</p>}
      {props.actions && (
        <div className={`${layout.wrap2} ${layout.centered} ${styles.buttons}`}>{props.actions}</div>
      )}
    </div>
  )
}
