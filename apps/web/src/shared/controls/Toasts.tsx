import { Toast } from '@base-ui/react/toast'
import type { ReactNode } from 'react'
import { controls } from '../messages/controls.ts'
import { IconButton } from './Button.tsx'
import { Icon } from './Icon.tsx'
import layout from './layout.module.css'
import styles from './Toasts.module.css'
import { toasts } from './toasts.ts'

const MOST = 4

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider toastManager={toasts} limit={MOST} timeout={6000}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport} aria-label={controls.notifications}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function List() {
  const { toasts: shown } = Toast.useToastManager()
  return shown.map(toast => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={`${layout.row3} ${styles.toast}`}
      swipeDirection={['right', 'down']}
      data-note=""
    >
      <span className={styles.mark}>
        <Icon name={toast.type === 'bad' ? 'alert' : toast.type === 'good' ? 'check' : 'info'} />
      </span>
      <div className={layout.grow}>
        <Toast.Title className={styles.title} />
        <Toast.Description className={`${layout.soft} ${styles.description}`} />
      </div>
      {toast.actionProps && <Toast.Action className={styles.action} />}
      {/* Base UI hides it from assistive technology until the list is expanded. This list always
          is, and the button can have the focus. */}
      <Toast.Close
        aria-hidden={false}
        render={<IconButton icon="close" label={controls.close} size="small" />}
      />
    </Toast.Root>
  ))
}
