/** The layout of the page of a share link, its themes and accessibility, its size, and its use without a network. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findings } from '../apps/web/e2e/testing/axe.ts'
import { serviceWorkerReady } from '../apps/web/e2e/testing/service-worker.ts'
import { screenshot } from './support/browser.ts'
import { randomTree, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser, useSeeder } from './support/page-tests.ts'
import { missing } from './support/tools.ts'

const PHONE = { width: 360, height: 740 }

/** Returns by how many CSS pixels the page is wider than its window. */
const overflow = (tab: Page) =>
  tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

async function expectAccessible(tab: Page): Promise<void> {
  expect(await findings(tab)).toEqual([])
  expect(await overflow(tab)).toBe(0)
}

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link: layout', () => {
  const browser = useBrowser()
  const seeder = useSeeder()

  test.each([
    { name: 'light', options: { colorScheme: 'light' } },
    { name: 'dark-phone', options: { colorScheme: 'dark', viewport: PHONE, hasTouch: true } },
  ] as const)('is accessible and fits the screen: $name', async ({ name, options }) => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomTree(dir.join('Harbour at dawn'), {
      'film of the morning, with all the boats that left.mp4': 4_000_000,
      'notes/a rather long name without any spaces_that_could_be_broken_anywhere_at_all.txt': 20_000,
      'card.png': 500_000,
    })
    const { magnet } = await seeder.seed(dir.join('Harbour at dawn'), [site.announce])
    const { page: tab } = await browser.open(site.url, options)
    await tab.getByRole('button', { name: 'Choose files' }).waitFor()
    await expectAccessible(tab)
    await screenshot(tab, `page-home-${name}`)
    await tab.goto(`${site.url}#s1cut`)
    await tab.getByRole('heading', { name: 'cut short' }).waitFor()
    await expectAccessible(tab)
    await tab.goto(`${site.url}#${magnet}`)
    await tab.getByText('1 device has all of it').waitFor()
    await tab.getByRole('heading', { name: 'Add to your node' }).waitFor()
    await expectAccessible(tab)
    await screenshot(tab, `page-offered-${name}`)
    await tab.getByRole('checkbox', { name: 'All files' }).uncheck()
    expect(await tab.getByRole('button', { name: /^Download/ }).isDisabled()).toBe(true)
    await tab.getByRole('checkbox', { name: 'All files' }).check()
    await tab.getByRole('checkbox', { name: /^Download card/ }).uncheck()
    seeder.setUpload(1_000_000)
    await tab.getByRole('button', { name: 'Download 4.02 MB' }).click()
    await tab.getByText(/downloaded\. .+ the rarest missing piece/).waitFor()
    await expectAccessible(tab)
    await screenshot(tab, `page-downloading-${name}`)
    seeder.setUpload(0)
    await tab.getByText('Your selection is complete and verified').waitFor()
    await tab.getByText('You help').waitFor()
    await tab.getByRole('button', { name: 'QR code' }).click()
    await tab.getByRole('img', { name: 'QR code of the link' }).waitFor()
    await expectAccessible(tab)
    await screenshot(tab, `page-complete-${name}`)
  })

  test('loads at most 200 KB of gzipped script before a download', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomTree(dir.join('Tree'), { 'a.bin': 100_000, 'b.mp4': 100_000 })
    const { magnet } = await seeder.seed(dir.join('Tree'), [site.announce])
    const { page: tab } = await browser.open(`${site.url}#${magnet}`, { serviceWorkers: 'block' })
    await tab.getByText('has 100%').waitFor()
    await tab.getByRole('heading', { name: 'Add to your node' }).waitFor()
    const scripts = [...new Set(site.requested)].filter(path => path.endsWith('.js'))
    const sizes = await Promise.all(
      scripts.map(async path => gzipSync(await readFile(join(site.folder, path)), { level: 9 }).length),
    )
    const totalBytes = sizes.reduce((sum, size) => sum + size, 0)
    console.log(`${scripts.length} scripts, ${totalBytes} bytes gzipped`)
    expect(totalBytes).toBeLessThan(200_000)
  })

  test('works without its host once it was opened, and keeps its downloads', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomTree(dir.join('Tree'), { 'a.txt': 1000, 'b.bin': 200_000 })
    const { magnet } = await seeder.seed(dir.join('Tree'), [site.announce])
    const { page: tab } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('button', { name: /^Download/ }).click()
    await tab.getByText('Complete and verified').waitFor()
    await serviceWorkerReady(tab)
    await site.stopTracker()
    await site.goAway()
    await tab.reload()
    await tab.getByText('Complete and verified').waitFor()
    await tab.getByRole('button', { name: 'Show a.txt' }).click()
    await tab.getByRole('button', { name: 'Close' }).waitFor()
    await site.serve()
  })
})
