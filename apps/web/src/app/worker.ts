/** Keeps the console itself at hand, so that it opens at once and also while the node is away. Only over HTTPS and on this machine. */
export function registerWorker(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
  void navigator.serviceWorker.register('/worker.js').catch(() => {})
}
