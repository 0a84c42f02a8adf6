import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findingsInThemes } from '../../apps/web/e2e/testing/axe.ts'
import { BARE_PAGE, scrollList } from '../../apps/web/e2e/testing/frames.ts'
import type { PageOptions } from '../support/browser.ts'
import { makeSmallTorrents } from '../support/small-torrents.ts'
import { openConsole, skipped, withNode } from './setup.ts'

const ROUTES = [
  '/',
  '/dashboard',
  '/search?q=harbour',
  '/feeds',
  '/published',
  '/network',
  '/chat',
  '/settings',
  '/welcome',
]
const TORRENTS = 5000
const ADD_AT_ONCE = 50

describe.skipIf(skipped)('the console of a real node: layout', () => {
  test('on a phone nothing is wider than the screen, and every page is reachable', async () => {
    await onEveryPage({ size: 'phone', hasTouch: true }, async (page, route) => {
      const [wide, screen] = await page.evaluate(() => [document.scrollingElement!.scrollWidth, innerWidth])
      expect(wide, route).toBeLessThanOrEqual(screen!)
      await page.getByRole('button', { name: /^Add/ }).first().click()
      await page.getByRole('dialog').waitFor()
    })
  })

  test('axe finds nothing on any page of a real node, light and dark', async () => {
    await onEveryPage({}, async (page, route) => {
      expect(await findingsInThemes(page), route).toEqual([])
    })
  })

  test('5,000 torrents of a real node scroll with only the visible rows rendered', async () => {
    await withNode(async scene => {
      const paths = await makeSmallTorrents(scene.dir, TORRENTS)
      const add = async (path: string) => {
        const torrent = (await readFile(path)).toString('base64')
        await scene.node.api.addTorrent({ torrent, trusted: true })
      }
      while (paths.length > 0) await Promise.all(paths.splice(-ADD_AT_ONCE).map(add))
      const { page, problems } = await openConsole(scene)
      await page.getByText('5,000 torrents').waitFor()
      const { perSecond, mostRows } = await scrollList(page, 3)
      const bare = await page.context().newPage()
      await bare.setContent(BARE_PAGE)
      const most = (await scrollList(bare, 2)).perSecond
      await bare.close()
      console.log(
        `scrolling ${TORRENTS} torrents of a real node: ${perSecond.toFixed(0)} frames per second, an empty page ${most.toFixed(0)}`,
      )
      expect(mostRows).toBeLessThan(80)
      await page.locator('[data-row]').last().waitFor()
      expect(problems).toEqual([])
    })
  })
})

/** Runs with each page of one node, which shows a magnet link without peers, once all of it is drawn. */
async function onEveryPage(options: PageOptions, run: (page: Page, route: string) => Promise<void>) {
  await withNode(async scene => {
    const source = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=Harbour`
    const { torrent } = await scene.node.api.addTorrent({ source })
    for (const route of [...ROUTES, `/torrents/${torrent!.id}`]) {
      const { page, context } = await openConsole(scene, route, options)
      await page.locator('h1').first().waitFor({ state: 'attached' })
      await page.waitForFunction(() => !document.querySelector('[role=status] .visually-hidden'))
      if (route === '/dashboard') await page.locator('figure svg').first().waitFor()
      await run(page, route)
      await context.close()
    }
  })
}
