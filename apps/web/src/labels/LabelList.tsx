import { labelShown } from '../app/ui.ts'
import { Button } from '../components/Button.tsx'
import { LabelDot } from '../components/Parts.tsx'
import { useCell, useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import { LabelMenu } from './LabelMenu.tsx'
import styles from './labels.module.css'

const t = texts.labels

/** All labels, as the settings show them. */
export function LabelList() {
  const labels = useCell(useNode().labels)
  return (
    <div className={styles.all}>
      {labels.length === 0 && <p className={styles.note}>{t.none}</p>}
      <ul>
        {labels.map(({ name, directory, torrents }) => (
          <li key={name}>
            <LabelDot name={name} />
            <div className={styles.about}>
              <h3>{name}</h3>
              <p>{t.facts(torrents, directory)}</p>
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
