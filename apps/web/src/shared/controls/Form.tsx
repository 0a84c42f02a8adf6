import type { ReactNode } from 'react'
import { Button, type ButtonProps } from './Button.tsx'
import { Problem } from './Loading.tsx'
import layout from './layout.module.css'

interface Props extends Pick<ButtonProps, 'variant' | 'size'> {
  readonly confirm: string
  readonly disabled: boolean
  readonly className?: string | undefined
  readonly failure?: unknown
  /** Placed after the submit button. */
  readonly other?: ReactNode
  readonly children: ReactNode
  onSubmit(): unknown
}

/** A form in a page: its fields, its error, and a submit button. */
export function Form({ confirm, className = layout.stack3, failure = null, ...props }: Props) {
  const { children, other, onSubmit, ...button } = props
  return (
    <form
      className={className}
      onSubmit={event => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
      {failure !== null && <Problem error={failure} />}
      <div className={other ? layout.wrap2 : undefined}>
        <Button type="submit" {...button}>
          {confirm}
        </Button>
        {other}
      </div>
    </form>
  )
}
