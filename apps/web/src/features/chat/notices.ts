import { Cell } from '../../shared/base/cell.ts'
import { remember, remembered } from '../../shared/base/remembered.ts'

const KEY = 'shoal.chat-notices'

/** Whether this browser shows notifications for messages. */
export const chatNotices = new Cell<boolean>(
  'Notification' in globalThis && Notification.permission === 'granted' && remembered(KEY) === 'on',
)

/**
 * Turns notifications on or off, and asks the browser for permission if necessary. Resolves to
 * whether they are on now.
 */
export async function setChatNotices(on: boolean): Promise<boolean> {
  const isAllowed =
    on && 'Notification' in globalThis && (await Notification.requestPermission()) === 'granted'
  remember(KEY, isAllowed ? 'on' : null)
  chatNotices.set(isAllowed)
  return isAllowed
}
