import { useEffect, useState } from 'react'
import { controlClass } from '../components/Field.tsx'
import { texts } from '../texts/texts.ts'
import type { ControlProps } from './Control.tsx'

const say = texts.settings

/** A number, saved when the field is left. Empty is no limit where that can be. */
export function NumberField({
  id,
  field,
  value,
  disabled,
  invalid,
  describedBy,
  onChange,
  onWrong,
}: ControlProps & { readonly value: number | null }) {
  const [written, setWritten] = useState(value === null ? '' : String(value))
  useEffect(() => setWritten(value === null ? '' : String(value)), [value])
  const commit = () => {
    const next = written.trim() === '' ? null : Number(written.replace(',', '.'))
    const isWrong = next === null ? !field.nullable : !fits(next, field)
    onWrong(isWrong ? say.wrongNumber(field.min, field.max) : null)
    if (!isWrong && next !== value) onChange(next)
  }
  return (
    <input
      id={id}
      className={controlClass}
      inputMode={field.kind === 'integer' ? 'numeric' : 'decimal'}
      autoComplete="off"
      placeholder={field.nullable ? say.unlimited : undefined}
      disabled={disabled}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      value={written}
      onChange={event => setWritten(event.target.value)}
      onBlur={commit}
      onKeyDown={event => event.key === 'Enter' && commit()}
    />
  )
}

function fits(value: number, { kind, min, max }: ControlProps['field']): boolean {
  if (!Number.isFinite(value) || (kind === 'integer' && !Number.isInteger(value))) return false
  return value >= (min ?? value) && value <= (max ?? value)
}
