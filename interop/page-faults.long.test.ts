/** Failures during a page's download: each is shown, and no verified data is lost. */
import { limitMs } from '@shoal/testing'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { randomFile, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser, useSeeder } from './support/page-tests.ts'
import { Seeder } from './support/seeder.ts'
import { SeederProcess } from './support/seeder-apart.ts'
import { findsNobody } from './support/share-form.ts'
import { missing } from './support/tools.ts'

const SIZE = 24_000_000

const progress = async (tab: Page) =>
  Number(await tab.getByRole('progressbar', { name: 'Downloaded' }).getAttribute('aria-valuenow'))

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link: faults', () => {
  const browser = useBrowser()
  const seeder = useSeeder()

  test('reports that the only seed left, keeps its data and continues with another', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const first = await SeederProcess.start()
    const file = await randomFile(dir.join('long.bin'), SIZE)
    const { magnet } = await first.seed(file.path, [site.announce], { uploadBytesPerSecond: 3_000_000 })
    const { page: tab } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('button', { name: /^Download / }).click()
    await expect.poll(() => progress(tab)).toBeGreaterThan(40)
    await first[Symbol.asyncDispose]()
    await tab.getByText('Nobody who has the rest is online right now').waitFor()
    await tab.getByText('The sender is offline').waitFor()
    const before = await progress(tab)
    expect(before).toBeGreaterThanOrEqual(40)
    await tab.reload()
    await findsNobody(tab)
    await expect.poll(() => progress(tab)).toBeGreaterThanOrEqual(before)
    await using second = await Seeder.start()
    await second.seed(file.path, [site.announce])
    await tab.getByText('Complete and verified').waitFor({ timeout: limitMs(150) })
    expect(second.uploadedBytes).toBeLessThan(SIZE * 0.7)
  })

  test('begins the download again if the page was reloaded before the engine had recorded it', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const file = await randomFile(dir.join('some.bin'), 1_000_000)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    const { page: tab } = await browser.open(`${site.url}#${magnet}`)
    const download = tab.getByRole('button', { name: /^Download / })
    await download.waitFor()
    await tab.evaluate(() => {
      const post = MessagePort.prototype.postMessage as (...args: unknown[]) => void
      MessagePort.prototype.postMessage = function (frame, ...rest: unknown[]) {
        if (frame?.name !== 'select') post.call(this, frame, ...rest)
      }
    })
    await download.click()
    await tab.reload()
    await tab.getByText('Complete and verified').waitFor()
    // It is not requested again once it is recorded.
    await expect.poll(() => tab.evaluate(() => history.state)).toBeNull()
  })

  test('names an unreachable tracker and announces to it again when it is back', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const file = await randomFile(dir.join('some.bin'), 1_000_000)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    await site.stopTracker()
    const { page: tab } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByText(/The tracker ws:\/\/127\.0\.0\.1:\d+\/announce cannot be reached/).waitFor()
    site.startTracker()
    await tab.getByRole('button', { name: /^Download / }).waitFor({ timeout: limitMs(120) })
  })

  test('reports a lost network and continues when it is back', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const seeder = await SeederProcess.start()
    const file = await randomFile(dir.join('some.bin'), 6_000_000)
    const { magnet } = await seeder.seed(file.path, [site.announce], { uploadBytesPerSecond: 500_000 })
    const { page: tab, context } = await browser.open(`${site.url}#${magnet}`)
    await tab.getByRole('button', { name: /^Download / }).click()
    await expect.poll(() => progress(tab)).toBeGreaterThan(10)
    // Connections over loopback survive the browser's offline mode, so stop the seed as well.
    await seeder[Symbol.asyncDispose]()
    await context.setOffline(true)
    await tab.getByText('You are offline.').waitFor()
    await context.setOffline(false)
    await using again = await Seeder.start()
    await again.seed(file.path, [site.announce])
    await tab.getByText('Complete and verified').waitFor({ timeout: limitMs(150) })
  })

  test('reports that the browser has no space and continues when there is some', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const file = await randomFile(dir.join('large.bin'), SIZE)
    const { magnet } = await seeder.seed(file.path, [site.announce])
    const { page: tab, context } = await browser.open(site.url)
    const devtools = await context.newCDPSession(tab)
    const origin = new URL(site.url).origin
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 12_000_000 })
    await tab.goto(`${site.url}#${magnet}`)
    await tab.getByRole('button', { name: /^Download / }).click()
    await tab.getByText('This site has no space left').waitFor()
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000_000 })
    // The engine also retries automatically every five seconds.
    const complete = tab.getByText('Complete and verified')
    await tab.getByRole('button', { name: 'Try again' }).or(complete).first().click()
    await complete.waitFor()
  })
})
