import type { ReactNode } from 'react'
import layout from '../controls/layout.module.css'
import styles from './media.module.css'

/** Says why a file cannot be shown, and what to do instead. */
export function Message(props: { title: string; help?: string; busy?: boolean; children?: ReactNode }) {
  return (
    <div className={`${layout.stack2} ${layout.centered} ${styles.message}`} role="status">
      {props.busy && <span className={layout.spinner} aria-hidden="true" />}
      <p className={styles.messageTitle}>{props.title}</p>
      {props.help && <p>{props.help}</p>}
      {props.children && (
        <div className={`${layout.wrap2} ${layout.centered} ${styles.messageActions}`}>{props.children}</div>
      )}
    </div>
  )
}
