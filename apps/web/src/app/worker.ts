/**
 * Registers the service worker that caches the console, so that it opens at once and also while the
 * node is unreachable. Works only over HTTPS and on localhost.
 */
export function registerWorker(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
  void navigator.serviceWorker.register('/worker.js').catch(() => {})
}
