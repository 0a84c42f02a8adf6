import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode, RefObject } from 'react'
import { controls } from '../messages/controls.ts'
import { IconButton } from './Button.tsx'
import styles from './Dialog.module.css'
import layout from './layout.module.css'

export interface DialogProps {
  readonly open: boolean
  readonly title: ReactNode
  readonly description?: ReactNode
  readonly wide?: boolean
  /** Buttons at the bottom: the confirming one comes last. */
  readonly footer?: ReactNode
  readonly children?: ReactNode
  /** The element with the initial focus; otherwise the first control. */
  readonly initialFocus?: RefObject<HTMLElement | null>
  onClose(): void
}

/** A dialog that keeps the keyboard focus until it is closed; a bottom sheet on phones. */
export function Dialog({
  open,
  title,
  description,
  wide,
  footer,
  children,
  initialFocus,
  onClose,
}: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={isOpen => !isOpen && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          className={
            wide ? `${layout.stack} ${styles.popup} ${styles.wide}` : `${layout.stack} ${styles.popup}`
          }
          {...(initialFocus ? { initialFocus } : {})}
        >
          <div className={`${layout.row3} ${styles.head}`}>
            <Base.Title className={`${layout.grow} ${styles.title}`}>{title}</Base.Title>
          </div>
          {description && <Base.Description className={styles.description}>{description}</Base.Description>}
          <div className={styles.body} tabIndex={children ? undefined : -1}>
            {children}
          </div>
          {footer && <div className={`${layout.wrap2} ${styles.foot}`}>{footer}</div>}
          {/* Last, so that the first control has the initial focus. */}
          <div className={styles.close}>
            <Base.Close render={<IconButton icon="close" label={controls.close} />} />
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
