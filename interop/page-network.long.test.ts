/**
 * A browser loses its network for a minute during a download: it runs in a separate network, whose
 * cable is unplugged.
 */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { launchWithProfile } from './support/browser.ts'
import { randomFile, tempDir } from './support/files.ts'
import { cannotCreateNetwork, OtherNetwork } from './support/other-network.ts'
import { PageSite } from './support/page-site.ts'
import { Seeder } from './support/seeder.ts'
import { missing, toolPath } from './support/tools.ts'

const SIZE = 30_000_000
const OUTAGE_MS = 60_000

const unable = missing('chromium') ?? cannotCreateNetwork

const progress = async (tab: Page) =>
  Number(await tab.getByRole('progressbar', { name: 'Downloaded' }).getAttribute('aria-valuenow'))

describe.skipIf(unable)(`a minute without a network${unable ? ` (${unable})` : ''}`, () => {
  test('is reported immediately and loses no verified data, and the page then continues within seconds', async () => {
    await using dir = await tempDir('network')
    await using site = await PageSite.start()
    await using network = await OtherNetwork.create()
    const origin = `http://${network.host}:${await network.forward(Number(new URL(site.url).port))}`
    await using seeder = await Seeder.start()
    const file = await randomFile(dir.join('long.bin'), SIZE)
    const { magnet } = await seeder.seed(file.path, [`${origin.replace('http', 'ws')}/announce`], {
      uploadBytesPerSecond: 1_000_000,
    })
    await using context = await launchWithProfile({
      program: await network.wrapper(toolPath('chromium'), dir),
      // Treat the origin like https: otherwise pages have neither storage nor a service worker.
      args: [`--unsafely-treat-insecure-origin-as-secure=${origin}`],
    })
    const tab = await context.newPage()
    await tab.goto(`${origin}/#${magnet}`)
    await tab.getByRole('button', { name: /^Download / }).click()
    await expect.poll(() => progress(tab)).toBeGreaterThan(25)
    network.unplug()
    await tab.getByText('You are offline. Downloaded data is kept').waitFor()
    await new Promise(resolve => setTimeout(resolve, OUTAGE_MS))
    const before = await progress(tab)
    expect(before).toBeGreaterThan(25)
    expect(before).toBeLessThan(90)
    network.plugIn()
    const sinceMs = performance.now()
    await expect.poll(() => progress(tab)).toBeGreaterThan(before)
    console.log(`continued ${((performance.now() - sinceMs) / 1000).toFixed(1)} s after the network is back`)
    await tab.getByText('Complete and verified').waitFor()
    expect(seeder.uploadedBytes).toBeLessThan(SIZE * 1.15)
  })
})
