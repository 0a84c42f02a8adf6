/** What the tests of the share page's files begin with: to be called in the `describe` block that needs it. */
import { afterAll, beforeAll } from 'vitest'
import { Browser } from './browser.ts'

/** A browser for all of them; each `open` is somebody who was never here. */
export function useBrowser(): Pick<Browser, 'open'> {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await Browser.launch()
  })
  afterAll(() => browser?.[Symbol.asyncDispose]())
  return { open: (url, options) => browser!.open(url, options) }
}
