import { useEffect, useState } from 'react'
import layout from '../../shared/controls/layout.module.css'
import { BrowseButton } from '../../shared/forms/BrowseButton.tsx'
import { SavedInput } from '../../shared/forms/SavedInput.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { type ControlProps, inputProps } from './model.ts'

const say = texts.settings

/** A path on the node's machine, or a line of text; saved when the field loses the focus. */
export function PathField(props: ControlProps & { readonly value: string | null }) {
  const { field, value, disabled, onChange } = props
  const [written, setWritten] = useState(value ?? '')
  useEffect(() => setWritten(value ?? ''), [value])
  const commit = () => {
    const next = written.trim() === '' && field.nullable ? null : written.trim()
    if (next !== value) onChange(next)
  }
  return (
    <span className={`${layout.whole} ${layout.pair}`}>
      <SavedInput
        {...inputProps(props)}
        spellCheck={false}
        placeholder={field.nullable ? say.empty : undefined}
        written={written}
        onWritten={setWritten}
        onCommit={commit}
      />
      {field.kind === 'path' && (
        <BrowseButton
          start={field.member.endsWith('irectory') ? (value ?? undefined) : undefined}
          files={!field.member.endsWith('irectory')}
          disabled={disabled}
          onChoose={onChange}
        />
      )}
    </span>
  )
}
