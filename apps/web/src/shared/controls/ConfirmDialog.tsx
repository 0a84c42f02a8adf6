import { type ReactNode, useRef } from 'react'
import { controls } from '../messages/controls.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import type { IconName } from './icons.ts'

export interface ConfirmDialogProps {
  readonly title: string
  readonly description: ReactNode
  readonly confirm: string
  readonly icon?: IconName
  readonly children?: ReactNode
  onConfirm(): void
  onClose(): void
}

/** Asks before a destructive action. Enter does not confirm it: the cancel button has the focus. */
export function ConfirmDialog({
  title,
  description,
  confirm,
  icon,
  children,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null)
  const act = () => {
    onClose()
    onConfirm()
  }
  return (
    <Dialog
      open
      title={title}
      description={description}
      initialFocus={cancel}
      onClose={onClose}
      footer={
        <>
          <Button ref={cancel} onClick={onClose}>
            {controls.cancel}
          </Button>
          <Button variant="danger" icon={icon} onClick={act}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  )
}
