import { until } from '@shoal/testing'

interface Tab {
  evaluate<T>(run: () => T | Promise<T>): Promise<T>
}

/**
 * Waits until a service worker answers for the page. By itself, the promise of `ready` does not
 * settle if there is none.
 */
export async function serviceWorkerReady(tab: Tab): Promise<void> {
  await until('the page has a service worker', () =>
    tab.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active !== null)),
  )
}
