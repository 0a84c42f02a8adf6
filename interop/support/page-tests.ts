import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { Browser, type LaunchOptions } from './browser.ts'
import { Seeder } from './seeder.ts'

/**
 * Shares one browser among the tests of a `describe` block. Closes the pages of a test when it
 * ends, because they would keep running.
 */
export function useBrowser(options?: LaunchOptions): Pick<Browser, 'open'> {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await Browser.launch(options)
  })
  afterEach(async ({ task }) => {
    const [error] = task.result?.state === 'fail' ? (task.result.errors ?? []) : []
    if (error && browser) error.message += `\n\n${await browser.pageTexts()}`
    await browser?.closePages()
  })
  afterAll(() => browser?.[Symbol.asyncDispose]())
  return { open: (url, page) => browser!.open(url, page) }
}

/** A seeder for each test of a `describe` block. */
export function useSeeder(): Pick<Seeder, 'seed' | 'get' | 'setUpload'> {
  let seeder: Seeder | undefined
  beforeEach(async () => {
    seeder = await Seeder.start()
  })
  afterEach(() => seeder?.[Symbol.asyncDispose]())
  return {
    seed: (...given) => seeder!.seed(...given),
    get: (...given) => seeder!.get(...given),
    setUpload: bytesPerSecond => seeder!.setUpload(bytesPerSecond),
  }
}
