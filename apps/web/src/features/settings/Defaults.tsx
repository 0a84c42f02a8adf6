import type { Settings } from '@shoal/api'
import { useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { Dialog } from '../../shared/controls/Dialog.tsx'
import layout from '../../shared/controls/layout.module.css'
import { notify } from '../../shared/controls/toasts.ts'
import { controls } from '../../shared/messages/controls.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useCell, useNode } from '../../shared/node/context.tsx'
import { differences } from './defaults.ts'
import { describeField } from './field-text.ts'
import { type SettingField, settingIn, toChanges } from './model.ts'
import styles from './settings.module.css'
import type { SettingsEditor } from './useSettings.ts'

const say = texts.settings.defaults

export function Defaults({
  settings,
  editor,
}: {
  readonly settings: Settings
  readonly editor: SettingsEditor
}) {
  const fixed = useCell(useNode().info)?.fixedSettings ?? []
  const [asked, setAsked] = useState(false)
  const changes = differences(settings, fixed)
  const set = async () => {
    setAsked(false)
    const before = changes.map(([field]): [SettingField, unknown] => [field, settingIn(settings, field)])
    if (!(await editor.apply(toChanges(changes)))) return
    const undo = () => void editor.apply(toChanges(before))
    notify(say.done, { type: 'good', action: { text: texts.settings.undo, onSelect: undo } })
  }
  return (
    <section className={`${layout.card} ${styles.section}`} aria-labelledby="defaults-title">
      <h2 id="defaults-title">{say.title}</h2>
      <div className={styles.row}>
        <div className={styles.about}>
          <p>{changes.length === 0 ? say.nothing : say.body}</p>
        </div>
        <div className={`${layout.stack1} ${styles.control}`}>
          <Button icon="undo" disabled={changes.length === 0} onClick={() => setAsked(true)}>
            {say.button}
          </Button>
        </div>
      </div>
      <Dialog
        open={asked}
        title={say.question}
        description={say.changes({ count: changes.length })}
        onClose={() => setAsked(false)}
        footer={
          <>
            <Button onClick={() => setAsked(false)}>{controls.cancel}</Button>
            <Button variant="primary" onClick={() => void set()}>
              {say.button}
            </Button>
          </>
        }
      >
        <ul className={`${layout.muted} ${styles.changes}`}>
          {changes.map(([field]) => (
            <li key={field.name}>{describeField(field).title}</li>
          ))}
        </ul>
      </Dialog>
    </section>
  )
}
