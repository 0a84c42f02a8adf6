import { Cell } from '../base/cell.ts'
import { remember, remembered } from '../base/remembered.ts'

const KEY = 'shoal.notices'

/** Whether this browser shows a notification when a download completes. */
export const completionNotices = new Cell<boolean>(isAllowed() && remembered(KEY) === 'on')

/**
 * Turns them on or off, and asks the browser for permission if necessary. Resolves to whether they
 * are on now.
 */
export async function setCompletionNotices(on: boolean): Promise<boolean> {
  const allowed = on && 'Notification' in globalThis && (await Notification.requestPermission()) === 'granted'
  remember(KEY, allowed ? 'on' : null)
  completionNotices.set(allowed)
  return allowed
}

function isAllowed(): boolean {
  return 'Notification' in globalThis && Notification.permission === 'granted'
}
