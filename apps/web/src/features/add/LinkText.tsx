import { useId } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyButton } from '../../shared/controls/CopyButton.tsx'
import { controlClass } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { texts } from '../../shared/messages/texts.ts'
import styles from './Add.module.css'

const t = texts.add.link

interface Props {
  readonly label: string
  readonly value: string
  readonly copy: string
  /** Of what it leads to, for the system's own way of sending; absent where that is of no use. */
  readonly name?: string
  /** It comes before the others. */
  readonly first?: boolean
  readonly hint?: string | undefined
}

/** A link, or what stands for one: to read, to copy, to hand to another program. */
export function LinkText({ label, value, copy, name, first = false, hint }: Props) {
  const id = useId()
  const canShare = name !== undefined && typeof navigator.share === 'function'
  const send = () => navigator.share({ title: name!, text: value }).catch(() => {})
  return (
    <div className={layout.stack2}>
      <label className={styles.linkLabel}>
        {label}
        <input
          className={`${controlClass} ${styles.mono}`}
          readOnly
          value={value}
          aria-describedby={hint ? id : undefined}
          onFocus={({ target }) => target.select()}
        />
      </label>
      {hint && (
        <p id={id} className={layout.soft}>
          {hint}
        </p>
      )}
      <div className={styles.buttons}>
        <CopyButton variant={first ? 'primary' : 'plain'} text={value}>
          {copy}
        </CopyButton>
        {canShare && (
          <Button icon="external" onClick={send}>
            {t.system}
          </Button>
        )}
      </div>
    </div>
  )
}
