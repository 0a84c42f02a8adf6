import { type ReactNode, useEffect } from 'react'
import layout from './layout.module.css'
import styles from './Page.module.css'
import { setPageTitle } from './title.ts'

/** A page that scrolls as a whole, with its title at the top and in the window title. */
export function Page(props: { title: string; narrow?: boolean; tools?: ReactNode; children: ReactNode }) {
  useTitle(props.title)
  return (
    <div className={props.narrow ? `${styles.page} ${styles.narrow}` : styles.page}>
      <div className={`${layout.wrap2} ${styles.head}`}>
        <h1>{props.title}</h1>
        {props.tools}
      </div>
      {props.children}
    </div>
  )
}

export function useTitle(title: string): void {
  useEffect(() => {
    setPageTitle(title)
  }, [title])
}
