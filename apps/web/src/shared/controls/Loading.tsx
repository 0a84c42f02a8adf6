import { messageOf } from '../format/errors.ts'
import { controls } from '../messages/controls.ts'
import type { Asked } from '../node/context.tsx'
import { Button } from './Button.tsx'
import layout from './layout.module.css'
import styles from './Panels.module.css'
import { Notice } from './Panels.tsx'

export function Spinner() {
  return (
    <div className={`${layout.spinner} ${styles.spinner}`} role="status">
      <span className="visually-hidden">{controls.loading}</span>
    </div>
  )
}

export function Loading() {
  return (
    <div className={`${layout.center} ${styles.loading}`}>
      <Spinner />
    </div>
  )
}

export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <Notice
      action={
        onRetry && (
          <Button size="small" icon="refresh" onClick={onRetry}>
            {controls.retry}
          </Button>
        )
      }
    >
      {messageOf(error)}
    </Notice>
  )
}

/** Shown until the node has answered: a spinner, or the error. */
export function Waiting({
  asked: { error, reload },
}: {
  readonly asked: Pick<Asked<unknown>, 'error' | 'reload'>
}) {
  return error ? <Problem error={error} onRetry={reload} /> : <Loading />
}
