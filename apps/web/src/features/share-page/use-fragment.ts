import { useSyncExternalStore } from 'react'

/** What follows `#` in the address, with it. It never leaves the browser. */
export function useFragment(): string {
  return useSyncExternalStore(subscribe, () => location.hash)
}

function subscribe(tell: () => void): () => void {
  addEventListener('hashchange', tell)
  return () => removeEventListener('hashchange', tell)
}

const subscribeOnline = (tell: () => void) => {
  addEventListener('online', tell)
  addEventListener('offline', tell)
  return () => {
    removeEventListener('online', tell)
    removeEventListener('offline', tell)
  }
}

export function useOnline(): boolean {
  return useSyncExternalStore(subscribeOnline, () => navigator.onLine)
}
