import { Button } from '../../../shared/controls/Button.tsx'
import { LabelDot } from '../../../shared/controls/Labels.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { listOf } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useCell, useNode } from '../../../shared/node/context.tsx'
import { labelShown } from '../../../shared/ui/ui.ts'
import { LabelMenu } from './LabelMenu.tsx'
import styles from './labels.module.css'

const t = texts.labels

/** All labels, as the settings show them. */
export function LabelList() {
  const labels = useCell(useNode().labels)
  return (
    <div className={`${layout.stack3} ${styles.all}`}>
      {labels.length === 0 && <p className={layout.soft}>{t.none}</p>}
      <ul className={`${layout.whole} ${layout.divided}`}>
        {labels.map(({ name, directory, torrents }) => (
          <li key={name} className={layout.row3}>
            <LabelDot name={name} />
            <div className={`${layout.grow} ${styles.about}`}>
              <h3>{name}</h3>
              <p className={`${layout.soft} ${layout.break}`}>
                {listOf(t.torrents({ count: torrents }), directory)}
              </p>
            </div>
            <LabelMenu name={name} />
          </li>
        ))}
      </ul>
      <Button icon="plus" onClick={() => labelShown.set({ name: null })}>
        {t.new}
      </Button>
    </div>
  )
}
