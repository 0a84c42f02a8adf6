import { useEffect, useId, useState } from 'react'
import { useClipboard } from '../../../shared/base/clipboard.ts'
import { Button, buttonClass } from '../../../shared/controls/Button.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { texts } from '../../../shared/messages/sealing.ts'
import styles from '../view/view.module.css'
import type { MadeKey } from './messages.ts'

const say = texts.yourKey
const FILE_NAME = 'identity.age'

/** A key that was made: its file to be saved, its public half to be sent to others. */
export default function NewKey({ made }: { readonly made: MadeKey }) {
  const id = useId()
  const [url, setUrl] = useState<string>()
  const { isCopied, copy } = useClipboard()
  useEffect(() => {
    const made_ = URL.createObjectURL(new Blob([made.file]))
    setUrl(made_)
    return () => URL.revokeObjectURL(made_)
  }, [made])
  return (
    <div className={`${layout.stack2} ${styles.linkField}`}>
      <p>{say.made}</p>
      <div className={`${layout.wrap2} ${styles.actions}`}>
        <a className={buttonClass('primary')} href={url} download={FILE_NAME}>
          <Icon name="save" size={18} />
          {say.save({ name: FILE_NAME })}
        </a>
      </div>
      <label htmlFor={id}>{say.label}</label>
      <input
        id={id}
        className={styles.input}
        readOnly
        value={made.recipient}
        onFocus={({ target }) => target.select()}
      />
      <div className={`${layout.wrap2} ${styles.actions}`}>
        <Button icon={isCopied ? 'check' : 'copy'} onClick={() => copy(made.recipient).catch(() => {})}>
          <span aria-live="polite">{isCopied ? say.copied : say.copy}</span>
        </Button>
      </div>
    </div>
  )
}
