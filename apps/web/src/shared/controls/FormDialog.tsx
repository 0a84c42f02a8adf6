import { type ReactNode, useId } from 'react'
import { controls } from '../messages/controls.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import layout from './layout.module.css'

export interface FormDialogProps {
  readonly open?: boolean
  readonly title: string
  readonly wide?: boolean
  /** Default: the title. */
  readonly confirm?: string
  readonly disabled?: boolean
  /** Default: a stack. */
  readonly className?: string | undefined
  /** Replaces the cancel button. */
  readonly other?: ReactNode
  readonly children: ReactNode
  onSubmit(form: FormData): unknown
  onClose(): void
}

/** A dialog that is a form. */
export function FormDialog(props: FormDialogProps) {
  const id = useId()
  return (
    <Dialog
      open={props.open ?? true}
      title={props.title}
      wide={props.wide ?? false}
      onClose={props.onClose}
      footer={
        <>
          {props.other ?? <Button onClick={props.onClose}>{controls.cancel}</Button>}
          <Button type="submit" form={id} variant="primary" disabled={props.disabled}>
            {props.confirm ?? props.title}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className={props.className ?? layout.stack4}
        onSubmit={event => {
          event.preventDefault()
          props.onSubmit(new FormData(event.currentTarget))
        }}
      >
        {props.children}
      </form>
    </Dialog>
  )
}
