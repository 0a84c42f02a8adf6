import { TextArea } from '../../shared/controls/Field.tsx'
import { texts } from '../../shared/messages/texts.ts'
import styles from './Add.module.css'

const t = texts.add.peers

/** Addresses of peers that the user knows: with them a link works without trackers and DHT. */
export function PeersField({ value, onChange }: { value: string; onChange(text: string): void }) {
  return (
    <details className={styles.details} open={value !== '' || undefined}>
      <summary>{texts.add.options.more}</summary>
      <TextArea
        label={t.label}
        hint={t.hint}
        placeholder={t.placeholder}
        rows={2}
        spellCheck={false}
        autoCapitalize="off"
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </details>
  )
}
