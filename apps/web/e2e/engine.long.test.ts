import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lackingChromium } from './testing/console.ts'
import { type BuiltPages, buildPages, launchChromium } from './testing/pages.ts'

describe.skipIf(lackingChromium())('the engine in Chromium', () => {
  let pages: BuiltPages
  beforeAll(async () => {
    pages = await buildPages('engine-page', 'opfs-page')
  })
  afterAll(() => pages[Symbol.asyncDispose]())

  test.each([
    ['passes its own tests', 'engine-page', 500],
    ['keeps the contracts of storage, resume data, hash pool and journals of the chat', 'opfs-page', 46],
  ])('%s', async (_, name, least) => {
    await using browser = await launchChromium()
    const page = await browser.newPage()
    await page.goto(pages.url(name))
    const outcomes = await page.evaluate(() => window.outcomes)
    expect(outcomes.length).toBeGreaterThan(least)
    for (const { name, error } of outcomes) expect.soft(error, name).toBeNull()
  })
})
