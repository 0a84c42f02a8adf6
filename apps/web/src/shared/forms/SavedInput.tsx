import type { ComponentProps } from 'react'
import { controlClass } from '../controls/Field.tsx'

interface Props extends Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'onBlur' | 'onKeyDown'> {
  readonly written: string
  readonly invalid?: boolean | undefined
  readonly describedBy?: string | undefined
  onWritten(text: string): void
  /** Called when the field loses the focus, or on Enter. */
  onCommit(): void
}

/** A line of text that is saved when the user has finished typing. */
export function SavedInput({ written, invalid, describedBy, onWritten, onCommit, ...rest }: Props) {
  return (
    <input
      className={controlClass}
      autoComplete="off"
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      {...rest}
      value={written}
      onChange={event => onWritten(event.target.value)}
      onBlur={onCommit}
      onKeyDown={event => event.key === 'Enter' && onCommit()}
    />
  )
}
