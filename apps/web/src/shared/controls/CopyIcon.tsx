import { copyText } from '../base/clipboard.ts'
import { controls } from '../messages/controls.ts'
import styles from './Button.module.css'
import { IconButton } from './Button.tsx'
import { notify, notifyError } from './toasts.ts'

/** A button that copies the fact before it. */
export function CopyIcon({ text, what }: { readonly text: string; readonly what: string }) {
  const copy = () =>
    copyText(text).then(
      () => notify(controls.copiedOf({ what }), { type: 'good', timeoutMs: 2500 }),
      notifyError,
    )
  return (
    <IconButton
      icon="copy"
      size="small"
      label={controls.copyOf({ what })}
      className={styles.copy}
      onClick={copy}
    />
  )
}
