import { Fragment } from 'react'
import { Dialog } from '../shared/controls/Dialog.tsx'
import layout from '../shared/controls/layout.module.css'
import { menuOf, useFeatures } from '../shared/feature.ts'
import { texts } from '../shared/messages/texts.ts'
import styles from './Shortcuts.module.css'

type Row = readonly [text: string, keys: readonly string[]]

const { rows } = texts.app.shortcuts
const IN_LIST: readonly Row[] = [
  [rows.move, ['↑', '↓', 'j', 'k']],
  [rows.extend, ['Shift ↑', 'Shift ↓']],
  [rows.mark, ['Space']],
  [rows.all, ['Ctrl A']],
  [rows.none, ['Esc']],
  [rows.open, ['Enter']],
  [rows.pause, ['p']],
  [rows.label, ['l']],
  [rows.menu, ['Shift F10']],
  [rows.columns, ['Alt ←', 'Alt →', 'Alt Shift ←', 'Alt Shift →']],
  [rows.remove, ['Del']],
  [rows.removeData, ['Shift Del']],
]

export function Shortcuts({ onClose }: { onClose(): void }) {
  const t = texts.app.shortcuts
  const menu = menuOf(useFeatures())
  const everywhere: readonly Row[] = [
    [rows.add, ['a']],
    [rows.paste, ['Ctrl V']],
    [rows.filter, ['/']],
    [rows.help, ['?']],
  ]
  return (
    <Dialog open title={t.title} onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <section tabIndex={0} aria-label={t.title}>
        <h3 className={`${layout.soft} ${styles.title}`}>{t.everywhere}</h3>
        <Rows rows={everywhere} />
        <h3 className={`${layout.soft} ${styles.title}`}>{t.pages}</h3>
        <Rows rows={menu.map(({ label, key }) => [label, ['g', key]] as const)} />
        <h3 className={`${layout.soft} ${styles.title}`}>{t.inList}</h3>
        <Rows rows={IN_LIST} />
      </section>
    </Dialog>
  )
}

function Rows({ rows }: { rows: readonly Row[] }) {
  return (
    <dl className={styles.rows}>
      {rows.map(([text, keys]) => (
        <Fragment key={text}>
          <dt>{text}</dt>
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
