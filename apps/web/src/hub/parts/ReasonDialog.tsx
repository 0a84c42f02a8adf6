import { type ReactNode, useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { TextArea } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import { Problem } from '../../shared/controls/Loading.tsx'
import layout from '../../shared/controls/layout.module.css'

const MAX_REASON_CHARACTERS = 1000

interface Props {
  readonly title: string
  readonly label: string
  readonly hint: string
  readonly confirm: string
  readonly children?: ReactNode
  /** Closes the dialog when it resolves, and shows the error otherwise. */
  onSend(reason: string, form: FormData): Promise<unknown>
  onClose(): void
}

/** Asks for a reason that others will read. */
export function ReasonDialog({ title, label, hint, confirm, children, onSend, onClose }: Props) {
  const [reason, setReason] = useState('')
  const { isBusy, failure, run } = useWork()
  return (
    <FormDialog
      title={title}
      confirm={confirm}
      disabled={isBusy || reason.trim() === ''}
      className={layout.stack3}
      onSubmit={form => run(() => onSend(reason.trim(), form).then(onClose))}
      onClose={onClose}
    >
      <TextArea
        label={label}
        hint={hint}
        rows={3}
        maxLength={MAX_REASON_CHARACTERS}
        value={reason}
        onChange={event => setReason(event.target.value)}
      />
      {children}
      {failure !== null && <Problem error={failure} />}
    </FormDialog>
  )
}
