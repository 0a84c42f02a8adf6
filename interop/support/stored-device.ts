import { until } from '@shoal/testing'
import type { Page } from 'puppeteer-core'

/**
 * Reads the device stored by a page in Firefox. `isReadable`: whether scripts could read its
 * private key.
 */
export function storedDevice(tab: Page, database: string): Promise<{ isReadable: boolean; did: string }> {
  return until(`the page reads its device from ${database}`, () => tab.evaluate(readDevice, database))
}

/** Runs in the page. */
async function readDevice(name: string): Promise<{ isReadable: boolean; did: string }> {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const opened = await done(indexedDB.open(name))
  const own = await done(opened.transaction('device').objectStore('device').get('own'))
  opened.close()
  return { isReadable: own.secret.extractable, did: own.did }
}
