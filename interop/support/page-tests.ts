import { afterAll, afterEach, beforeAll } from 'vitest'
import { Browser, type LaunchOptions } from './browser.ts'

/** Shares one browser among the tests of a `describe` block. Closes the pages of a test when it ends, because they would keep running. */
export function useBrowser(options?: LaunchOptions): Pick<Browser, 'open'> {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await Browser.launch(options)
  })
  afterEach(() => browser?.closePages())
  afterAll(() => browser?.[Symbol.asyncDispose]())
  return { open: (url, page) => browser!.open(url, page) }
}
