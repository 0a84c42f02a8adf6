import { Toast } from '@base-ui/react/toast'
import { messageOf } from '../format/errors.ts'
import { controls } from '../messages/controls.ts'

export const toasts = Toast.createToastManager()

export interface NoteOptions {
  readonly description?: string
  readonly type?: 'good' | 'bad' | 'plain'
  readonly timeoutMs?: number
  readonly action?: { readonly text: string; onSelect(): void }
}

/** Shows a notification without moving the focus. Returns its id, for `toasts.close`. */
export function notify(
  title: string,
  { description, type = 'plain', timeoutMs, action }: NoteOptions = {},
): string {
  const act = () => {
    toasts.close(id)
    action?.onSelect()
  }
  const id: string = toasts.add({
    title,
    type,
    ...(description === undefined ? {} : { description }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    ...(action ? { actionProps: { children: action.text, onClick: act } } : {}),
  })
  return id
}

export function notifyError(error: unknown, title: string = controls.failed): void {
  toasts.add({ title, description: messageOf(error), type: 'bad', priority: 'high', timeout: 10_000 })
}
