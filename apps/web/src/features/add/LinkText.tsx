import { useId } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyButton } from '../../shared/controls/CopyButton.tsx'
import { controlClass } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { texts } from '../../shared/messages/texts.ts'

const t = texts.add.link

interface Props {
  readonly label: string
  readonly value: string
  readonly copy: string
  /**
   * Name of the linked content for the system's share dialog; absent if that dialog is not useful
   * here.
   */
  readonly name?: string
  /** Whether the button is placed before the others. */
  readonly first?: boolean
  readonly hint?: string | undefined
}

/** Shows a link or an ID to read, to copy, or to send to another program. */
export function LinkText({ label, value, copy, name, first = false, hint }: Props) {
  const id = useId()
  const canShare = name !== undefined && typeof navigator.share === 'function'
  const send = () => navigator.share({ title: name!, text: value }).catch(() => {})
  return (
    <div className={layout.stack2}>
      <label className={`${layout.stack1} ${layout.label}`}>
        {label}
        <input
          className={`${controlClass} ${layout.mono}`}
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
      <div className={layout.wrap2}>
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
