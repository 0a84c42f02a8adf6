import { useId } from 'react'
import { TextField } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { LabelNames } from '../../shared/forms/LabelNames.tsx'
import { texts } from '../../shared/messages/texts.ts'

/** Fields `label` and `tags` of a form; known labels are offered. */
export function LabelFields({ onLabel }: { onLabel?: (label: string) => void }) {
  const list = useId()
  return (
    <div className={layout.columns}>
      <TextField
        label={texts.add.options.label}
        name="label"
        list={list}
        maxLength={255}
        autoComplete="off"
        onChange={({ target }) => onLabel?.(target.value)}
      />
      <TextField
        label={texts.add.options.tags}
        name="tags"
        placeholder={texts.add.options.tagsHint}
        autoComplete="off"
      />
      <LabelNames id={list} />
    </div>
  )
}
