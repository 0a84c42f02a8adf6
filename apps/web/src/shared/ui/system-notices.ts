/**
 * Notifications of the system, which open a page of the console or the app when they are clicked.
 */

interface SystemNotice {
  readonly title: string
  readonly body: string
  /** A later notification with the same tag replaces it. */
  readonly tag: string
  /** The path that a click opens. */
  readonly path: string
}

/**
 * Shows a notification. `open` is called if the page itself shows it. Browsers on phones show only
 * notifications of service workers: see `onNoticeClicked`.
 */
export async function showSystemNotice(
  { title, body, tag, path }: SystemNotice,
  open: (path: string) => void,
): Promise<void> {
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')?.href ?? ''
  const options = { body, tag, icon, data: { path } }
  const worker = await navigator.serviceWorker?.getRegistration()
  if (worker?.active) return worker.showNotification(title, options)
  const notification = new Notification(title, options)
  notification.onclick = () => {
    focus()
    open(path)
    notification.close()
  }
}

/**
 * Calls the listener with the path of a clicked notification, as reported by the service worker,
 * until the returned function is called.
 */
export function onNoticeClicked(open: (path: string) => void): () => void {
  const { serviceWorker } = navigator
  const hear = ({ data }: MessageEvent) => {
    const path = (data as { open?: unknown } | null)?.open
    if (typeof path === 'string' && path.startsWith('/')) open(path)
  }
  serviceWorker?.addEventListener('message', hear)
  serviceWorker?.startMessages()
  return () => serviceWorker?.removeEventListener('message', hear)
}
