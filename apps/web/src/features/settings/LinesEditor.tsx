import { useEffect, useState } from 'react'
import { controlClass } from '../../shared/controls/Field.tsx'

export interface LinesEditorProps {
  readonly id: string
  readonly lines: readonly string[]
  readonly disabled: boolean
  readonly invalid: boolean
  readonly describedBy: string | undefined
  onChange(lines: string[]): void
}

/** A list of short texts, one per line; saved when the field loses the focus. */
export default function LinesEditor(props: LinesEditorProps) {
  const { id, lines, disabled, invalid, describedBy, onChange } = props
  const saved = lines.join('\n')
  const [written, setWritten] = useState(saved)
  useEffect(() => setWritten(saved), [saved])
  const commit = () => {
    const next = written.split('\n').flatMap(line => line.trim() || [])
    if (next.join('\n') !== saved) onChange(next)
  }
  return (
    <textarea
      id={id}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      className={controlClass}
      rows={Math.max(2, lines.length + 1)}
      spellCheck={false}
      disabled={disabled}
      value={written}
      onChange={event => setWritten(event.target.value)}
      onBlur={commit}
    />
  )
}
