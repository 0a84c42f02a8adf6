import { Fragment } from 'react'
import { Dialog } from '../shared/controls/Dialog.tsx'
import { texts } from '../shared/messages/texts.ts'
import { NAVIGATION } from './navigation.ts'
import styles from './Shortcuts.module.css'

type RowName = keyof typeof texts.app.shortcuts.rows

const EVERYWHERE: readonly (readonly [RowName, readonly string[]])[] = [
  ['add', ['a']],
  ['paste', ['Ctrl V']],
  ['filter', ['/']],
  ['go', NAVIGATION.map(({ key }) => `g ${key}`)],
  ['help', ['?']],
]
const IN_LIST: readonly (readonly [RowName, readonly string[]])[] = [
  ['move', ['↑', '↓', 'j', 'k']],
  ['extend', ['Shift ↑', 'Shift ↓']],
  ['mark', ['Space']],
  ['all', ['Ctrl A']],
  ['none', ['Esc']],
  ['open', ['Enter']],
  ['pause', ['p']],
  ['label', ['l']],
  ['menu', ['Shift F10']],
  ['remove', ['Del']],
  ['removeData', ['Shift Del']],
]

export function Shortcuts({ onClose }: { onClose(): void }) {
  const t = texts.app.shortcuts
  return (
    <Dialog open title={t.title} onClose={onClose}>
      <h3 className={styles.title}>{t.everywhere}</h3>
      <Rows rows={EVERYWHERE} />
      <h3 className={styles.title}>{t.inList}</h3>
      <Rows rows={IN_LIST} />
    </Dialog>
  )
}

function Rows({ rows }: { rows: readonly (readonly [RowName, readonly string[]])[] }) {
  return (
    <dl className={styles.rows}>
      {rows.map(([name, keys]) => (
        <Fragment key={name}>
          <dt>{texts.app.shortcuts.rows[name]}</dt>
          <dd>
            {keys.map(key => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dd>
        </Fragment>
      ))}
    </dl>
  )
}
