import { useId } from 'react'
import { useClipboard } from '../../../shared/base/clipboard.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { texts } from '../../../shared/messages/sealing.ts'
import type { KeptKey } from '../../../shared/own-key/kept-key.ts'
import { SaveKey } from '../../../shared/own-key/SaveKey.tsx'
import styles from '../view/view.module.css'

const say = texts.yourKey

/** A new key: its file to save, and its public half to send to others. */
export default function NewKey({ made }: { readonly made: KeptKey }) {
  const id = useId()
  const { isCopied, copy } = useClipboard()
  return (
    <div className={`${layout.stack2} ${styles.linkField}`}>
      <p>{say.made}</p>
      <div className={`${layout.wrap2} ${styles.actions}`}>
        <SaveKey file={made.file} />
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
