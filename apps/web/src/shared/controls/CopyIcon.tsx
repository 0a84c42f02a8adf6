import { copyText } from '../base/clipboard.ts'
import { texts } from '../messages/texts.ts'
import styles from './Button.module.css'
import { IconButton } from './Button.tsx'
import { notify, notifyError } from './toasts.ts'

const say = texts.torrent.facts

/** Copies a fact that stands before it. */
export function CopyIcon({ text, what }: { readonly text: string; readonly what: string }) {
  const copy = () =>
    copyText(text).then(() => notify(say.copied({ what }), { type: 'good', timeoutMs: 2500 }), notifyError)
  return (
    <IconButton icon="copy" size="small" label={say.copy({ what })} className={styles.copy} onClick={copy} />
  )
}
