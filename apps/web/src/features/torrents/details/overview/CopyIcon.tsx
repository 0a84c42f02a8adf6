import { copyText } from '../../../../shared/base/clipboard.ts'
import { IconButton } from '../../../../shared/controls/Button.tsx'
import { notify, notifyError } from '../../../../shared/controls/toasts.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import styles from './overview.module.css'

const say = texts.torrent.facts

/** Copies a fact. */
export function CopyIcon({ text, what }: { readonly text: string; readonly what: string }) {
  const copy = () =>
    copyText(text).then(() => notify(say.copied({ what }), { type: 'good', timeoutMs: 2500 }), notifyError)
  return (
    <IconButton icon="copy" size="small" label={say.copy({ what })} className={styles.copy} onClick={copy} />
  )
}
