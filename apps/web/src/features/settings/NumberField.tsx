import { useEffect, useState } from 'react'
import { SavedInput } from '../../shared/forms/SavedInput.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { type ControlProps, inputProps } from './model.ts'

const say = texts.settings

/** A number, saved when the field loses the focus. Empty means unlimited where that is allowed. */
export function NumberField(props: ControlProps & { readonly value: number | null }) {
  const { field, value, onChange, onWrong } = props
  const [written, setWritten] = useState(value === null ? '' : String(value))
  useEffect(() => setWritten(value === null ? '' : String(value)), [value])
  const commit = () => {
    const next = written.trim() === '' ? null : Number(written.replace(',', '.'))
    const isWrong = next === null ? !field.nullable : !fits(next, field)
    onWrong(isWrong ? problemOf(field) : null)
    if (!isWrong && next !== value) onChange(next)
  }
  return (
    <SavedInput
      {...inputProps(props)}
      inputMode={field.kind === 'integer' ? 'numeric' : 'decimal'}
      placeholder={field.nullable ? say.unlimited : undefined}
      written={written}
      onWritten={setWritten}
      onCommit={commit}
    />
  )
}

function problemOf({ min, max }: ControlProps['field']): string {
  return min === null || max === null ? say.wrongNumber : say.wrongNumberRange({ min, max })
}

function fits(value: number, { kind, min, max }: ControlProps['field']): boolean {
  if (!Number.isFinite(value) || (kind === 'integer' && !Number.isInteger(value))) return false
  return value >= (min ?? value) && value <= (max ?? value)
}
