import type { Label } from '@shoal/api'
import { type FormEvent, useEffect, useState } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import { TextField } from '../../../shared/controls/Field.tsx'
import { LabelDot } from '../../../shared/controls/Labels.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { notify } from '../../../shared/controls/toasts.ts'
import { FolderField } from '../../../shared/forms/FolderField.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import { useNode } from '../../../shared/node/context.tsx'
import { ColourField } from './ColourField.tsx'
import { nameProblem } from './label-name.ts'
import styles from './labels.module.css'

const t = texts.labels

interface Props {
  readonly id: string
  /** Null for a new label. */
  readonly label: Label | null
  readonly taken: readonly string[]
  onDone(): void
}

/** Name, colour and folder of a label. */
export function LabelForm({ id, label, taken, onDone }: Props) {
  const { api } = useNode()
  const [name, setName] = useState(label?.name ?? '')
  const [colour, setColour] = useState(label?.colour ?? null)
  const [directory, setDirectory] = useState(label?.directory ?? null)
  const [tried, setTried] = useState(false)
  const [error, setError] = useState<unknown>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: an error belongs to the refused values
  useEffect(() => setError(null), [name, colour, directory])
  const problem = label === null ? nameProblem(name, taken) : null
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (problem !== null) return
    try {
      await api.putLabel({ name: name.trim(), colour, directory })
    } catch (failure) {
      return setError(failure)
    }
    notify(t.saved({ name: name.trim() }), { type: 'good' })
    onDone()
  }
  return (
    <form id={id} className={layout.stack4} onSubmit={submit} noValidate>
      {error !== null && <Problem error={error} />}
      {label === null ? (
        <TextField
          label={t.name}
          value={name}
          error={tried ? problem : null}
          maxLength={255}
          autoComplete="off"
          onChange={({ target }) => setName(target.value)}
        />
      ) : (
        <p className={`${layout.row2} ${layout.soft}`}>
          <LabelDot name={label.name} colour={colour} /> <span>{t.nameHint}</span>
        </p>
      )}
      <ColourField name={name} value={colour} onChange={setColour} />
      <div>
        <FolderField label={t.folder} value={directory} onChange={setDirectory} />
        <div className={`${layout.row3} ${layout.start} ${layout.spread} ${styles.inline}`}>
          <p className={layout.soft}>{t.folderHint}</p>
          {directory !== null && (
            <Button size="small" variant="quiet" icon="undo" onClick={() => setDirectory(null)}>
              {t.folderUsual}
            </Button>
          )}
        </div>
      </div>
    </form>
  )
}
