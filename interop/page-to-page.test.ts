/**
 * Two pages of share links that find each other without a tracker, through a node of the Shoal
 * network.
 */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { parseShareLink } from '../packages/links/src/index.ts'
import { randomTree, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { Relay } from './support/relay.ts'
import { choose, getLink } from './support/share-form.ts'
import { missing } from './support/tools.ts'

const finished = (tab: Page, text: string | RegExp) => tab.getByText(text).waitFor()

describe.skipIf(missing('chromium-headless-shell'))('two pages without a tracker', () => {
  const browser = useBrowser()

  test('find each other through a node, and go on when it has gone away', async () => {
    await using dir = await tempDir('page')
    await using relay = await Relay.start()
    await using site = await PageSite.withoutTracker(relay.name())
    await randomTree(dir.join('Tree'), { 'first.bin': 1_000_000, 'second.bin': 2_000_000 })
    const sender = await browser.open(site.url, { serviceWorkers: 'block' })
    await choose(sender.page, dir.join('Tree'), 'Choose a folder')
    const link = await getLink(sender.page)
    expect(parseShareLink(link).magnet).toMatchObject({
      trackers: [],
      peers: [{ host: relay.name(), port: 0 }],
    })
    const { page: tab } = await browser.open(link, { serviceWorkers: 'block' })
    await tab.getByText('1 device has all of it').waitFor()
    await tab.getByRole('checkbox', { name: /^Download second/ }).uncheck()
    await tab.getByRole('button', { name: 'Download 1.00 MB' }).click()
    await finished(tab, 'Your selection is complete and verified')
    await relay.stop()
    await tab.getByRole('checkbox', { name: /^Download second/ }).click()
    await finished(tab, 'Complete and verified')
  })
})
