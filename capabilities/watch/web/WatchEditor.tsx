import { Button, IconButton } from '@shoal/web/shared/controls/Button.tsx'
import { CheckField, SelectField, TextField } from '@shoal/web/shared/controls/Field.tsx'
import layout from '@shoal/web/shared/controls/layout.module.css'
import type { SettingEditorProps } from '@shoal/web/shared/feature.ts'
import { BrowseButton } from '@shoal/web/shared/forms/BrowseButton.tsx'
import { LabelNames } from '@shoal/web/shared/forms/LabelNames.tsx'
import { texts } from '@shoal/web/shared/messages/texts.ts'
import { type FormEvent, useId, useState } from 'react'
import type { WatchedFolder } from '../contract.ts'
import { texts as say } from './texts.ts'
import styles from './WatchEditor.module.css'

const ACTIONS = (['rename', 'delete'] as const).map(value => ({ value, text: say.actions[value] }))

/** Edits the list of watch folders. */
export function WatchEditor({ value: folders, disabled, onChange }: SettingEditorProps<WatchedFolder[]>) {
  const list = useId()
  const change = (at: number, part: Partial<WatchedFolder>) =>
    onChange(folders.map((each, index) => (index === at ? { ...each, ...part } : each)))
  return (
    <div className={`${layout.stack3} ${styles.folders}`}>
      {folders.length === 0 && <p className={layout.soft}>{say.none}</p>}
      <ul>
        {folders.map((folder, at) => (
          <li key={folder.directory}>
            <code>{folder.directory}</code>
            <fieldset disabled={disabled} className={`${layout.wrap3} ${styles.folder}`}>
              <legend className="visually-hidden">{folder.directory}</legend>
              <TextField
                label={say.label}
                list={list}
                placeholder={texts.settings.empty}
                defaultValue={folder.label ?? ''}
                onBlur={event => {
                  const label = event.target.value.trim() || null
                  if (label !== folder.label) change(at, { label })
                }}
              />
              <SelectField
                label={say.action}
                options={ACTIONS}
                value={folder.action}
                onChange={event => change(at, { action: event.target.value as WatchedFolder['action'] })}
              />
              <CheckField
                label={say.paused}
                checked={folder.paused}
                onChange={event => change(at, { paused: event.target.checked })}
              />
            </fieldset>
            <IconButton
              icon="trash"
              size="small"
              label={say.remove({ folder: folder.directory })}
              disabled={disabled}
              onClick={() => onChange(folders.filter((_, index) => index !== at))}
            />
          </li>
        ))}
      </ul>
      <LabelNames id={list} />
      <NewFolder
        disabled={disabled}
        onAdd={directory =>
          onChange([...folders, { directory, label: null, paused: false, action: 'rename' }])
        }
      />
    </div>
  )
}

function NewFolder({
  disabled,
  onAdd,
}: {
  readonly disabled: boolean
  readonly onAdd: (directory: string) => void
}) {
  const [directory, setDirectory] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onAdd(directory.trim())
    setDirectory('')
  }
  return (
    <form className={`${layout.whole} ${styles.adder}`} onSubmit={submit}>
      <TextField
        label={say.directory}
        spellCheck={false}
        disabled={disabled}
        value={directory}
        onChange={event => setDirectory(event.target.value)}
      />
      <BrowseButton start={directory || undefined} disabled={disabled} onChoose={setDirectory} />
      <Button type="submit" icon="plus" disabled={disabled || directory.trim() === ''}>
        {say.add}
      </Button>
    </form>
  )
}
