import type { WatchedFolder } from '@shoal/api'
import { type FormEvent, useId, useState } from 'react'
import { Button, IconButton } from '../../shared/controls/Button.tsx'
import { CheckField, SelectField, TextField } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { LabelNames } from '../../shared/forms/LabelNames.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { BrowseButton } from './BrowseButton.tsx'
import styles from './settings.module.css'

const say = texts.settings.watch
const ACTIONS = (['rename', 'delete'] as const).map(value => ({ value, text: say.actions[value] }))

export interface WatchEditorProps {
  readonly folders: readonly WatchedFolder[]
  readonly disabled: boolean
  onChange(folders: WatchedFolder[]): void
}

export default function WatchEditor({ folders, disabled, onChange }: WatchEditorProps) {
  const list = useId()
  const change = (at: number, part: Partial<WatchedFolder>) =>
    onChange(folders.map((each, index) => (index === at ? { ...each, ...part } : each)))
  return (
    <div className={`${layout.stack3} ${styles.list}`}>
      {folders.length === 0 && <p className={layout.soft}>{say.none}</p>}
      <ul>
        {folders.map((folder, at) => (
          <li key={folder.directory}>
            <code>{folder.directory}</code>
            <fieldset disabled={disabled} className={`${layout.wrap3} ${styles.watch}`}>
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
