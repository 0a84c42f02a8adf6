import { expect, test } from 'vitest'
import { lackingChromium } from './testing/console.ts'
import { buildPages, launchChromium } from './testing/pages.ts'

test.skipIf(lackingChromium())(
  'storage, resume data and hash pool keep their contracts in Chromium',
  { timeout: 120_000 },
  async () => {
    await using pages = await buildPages('opfs-page')
    await using browser = await launchChromium()
    const page = await browser.newPage()
    await page.goto(pages.url('opfs-page'))
    const outcomes = await page.evaluate(() => window.outcomes)
    expect(outcomes.length).toBeGreaterThan(40)
    for (const { name, error } of outcomes) expect.soft(error, name).toBeNull()
  },
)
