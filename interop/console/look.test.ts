import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { BARE_PAGE, scrollList } from '../../apps/web/e2e/testing/frames.ts'
import { makeSmallTorrents } from '../support/small-torrents.ts'
import { openConsole, type Scene, skipped, withNode } from './setup.ts'

const ROUTES = [
  '/',
  '/dashboard',
  '/search?q=harbour',
  '/feeds',
  '/published',
  '/network',
  '/settings',
  '/welcome',
]
const TORRENTS = 5000
const ADD_AT_ONCE = 50

describe.skipIf(skipped)('the console of a real node: layout', () => {
  test('on a phone nothing is wider than the screen, and every page is reachable', async () => {
    await withNode(async scene => {
      const id = await addTorrent(scene)
      for (const route of [...ROUTES, `/torrents/${id}`]) {
        const { page, context } = await openConsole(scene, route, { size: 'phone', hasTouch: true })
        await waitUntilLoaded(page)
        const [wide, screen] = await page.evaluate(() => [document.scrollingElement!.scrollWidth, innerWidth])
        expect(wide, route).toBeLessThanOrEqual(screen!)
        await page.getByRole('button', { name: /^Add/ }).first().click()
        await page.getByRole('dialog').waitFor()
        await context.close()
      }
    })
  })

  for (const colorScheme of ['light', 'dark'] as const)
    test(`axe finds nothing on any page of a real node (${colorScheme})`, async () => {
      await withNode(async scene => {
        const id = await addTorrent(scene)
        for (const route of [...ROUTES, `/torrents/${id}`]) {
          const { page, context } = await openConsole(scene, route, { colorScheme })
          await waitUntilLoaded(page)
          expect(await findings(page), route).toEqual([])
          await context.close()
        }
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
  }, 240_000)
})

async function addTorrent({ node }: Scene): Promise<string> {
  const { torrent } = await node.api.addTorrent({
    source: `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=Harbour`,
  })
  return torrent!.id
}

async function waitUntilLoaded(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ state: 'attached' })
  await page.waitForFunction(() => !document.querySelector('[role=status] .visually-hidden'))
  // Rates and graphs appear a moment later.
  await page.waitForTimeout(1500)
}

interface AxeWindow {
  axe: {
    run(
      context: Document,
      options: object,
    ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
  }
}

/** Returns the violations of WCAG 2.2 A and AA that axe finds. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as AxeWindow).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
    }),
  )
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}
