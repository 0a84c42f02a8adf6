import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findings } from '../../apps/web/e2e/testing/axe.ts'
import { dialogOf } from '../../apps/web/e2e/testing/dialog.ts'
import { openConsole, skipped, useConsole } from './setup.ts'

const withNode = useConsole()

/** WCAG 2.2, 2.5.8: minimum side of a touch target in CSS pixels. */
const MIN_SIDE_PX = 24
const ROUTES = [
  '/',
  '/dashboard',
  '/search?q=harbour',
  '/feeds',
  '/published',
  '/network',
  '/people',
  '/hubs',
  '/chat',
  '/settings',
  '/welcome',
] as const
const TABS = ['overview', 'files', 'peers', 'trackers', 'graph', 'log', 'options'] as const

describe.skipIf(skipped)('the console of a real node: on a phone', () => {
  test('nothing is wider than the screen, every control is large enough for a finger, and axe finds nothing', async () => {
    await withNode(async ({ node, browser }) => {
      const { torrent } = await node.api.addTorrent({
        source: `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=Harbour`,
      })
      const found: Record<string, unknown> = {}
      const { page, problems } = await openConsole({ node, browser }, '/', {
        size: 'phone',
        hasTouch: true,
        isMobile: true,
      })
      await page.locator('h1').first().waitFor({ state: 'attached' })
      for (const route of [...ROUTES, ...TABS.map(tab => `/torrents/${torrent!.id}?tab=${tab}`)]) {
        await page.goto(`${node.url}${route}`)
        await page.locator('h1').first().waitFor({ state: 'attached' })
        await page.waitForFunction(() => !document.querySelector('[role=status] .visually-hidden'))
        if (route === '/dashboard') await page.locator('figure svg').first().waitFor()
        const wrong = [...(await tooSmall(page)), ...problems.splice(0)]
        if (await sidewaysScroll(page)) wrong.push('it scrolls sideways')
        // The other tabs are checked with a simulated node, which has more to show.
        const isTab = route.includes('?tab=')
        if (!isTab || route.endsWith('overview')) wrong.push(...(await findings(page)))
        if (wrong.length > 0) found[route] = wrong
        if (!isTab) {
          await page.getByRole('button', { name: /^Add/ }).first().tap()
          await dialogOf(page).waitFor()
        }
      }
      expect(found).toEqual({})
    })
  })

  test('a link can be pasted, its torrent opened and removed by touch', async () => {
    await withNode(async ({ node, browser }) => {
      const { page, problems } = await openConsole({ node, browser }, '/', {
        size: 'phone',
        hasTouch: true,
        isMobile: true,
      })
      await page.getByRole('button', { name: 'Add', exact: true }).first().tap()
      await page.getByLabel('Link', { exact: true }).fill(`magnet:?xt=urn:btih:${'cd'.repeat(20)}&dn=Harbour`)
      await page.getByRole('button', { name: 'Continue' }).tap()
      expect(await sidewaysScroll(page)).toBe(0)
      await page.getByRole('button', { name: 'Add without waiting' }).tap()
      const row = page.locator('[data-row]', { hasText: 'Harbour' })
      await row.getByText('Harbour').tap()
      // The notice that it was added is a heading of level 2.
      await page.getByRole('heading', { name: 'Harbour', level: 1 }).waitFor()
      await page.getByRole('button', { name: 'More actions' }).tap()
      await page.getByRole('menuitem', { name: 'Remove Del' }).tap()
      await page.waitForURL(({ pathname }) => pathname === '/')
      await expect.poll(async () => (await node.api.listTorrents({})).total).toBe(0)
      // The page may request the removed torrent once more.
      expect(problems.filter(problem => !problem.includes('404'))).toEqual([])
    })
  })
})

/** Returns the number of pixels by which the page can be scrolled sideways. */
const sidewaysScroll = (page: Page) =>
  page.evaluate(() =>
    Math.max(0, ...[...document.querySelectorAll('html, body, main')].map(it => it.scrollWidth - innerWidth)),
  )

/**
 * Returns the visible controls that are too small to touch, except links within sentences (2.5.8,
 * "inline") and boxes with labels.
 */
const tooSmall = (page: Page) =>
  page.evaluate(least => {
    const controls = 'button, a[href], select, input:not([type=hidden]), textarea, summary, [role=tab]'
    return [...document.querySelectorAll<HTMLElement>(controls)]
      .filter(it => it.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      .filter(it => !it.closest('p, .visually-hidden, [inert], [aria-hidden=true]'))
      .map(it => ({ it, box: (it.closest('label') ?? it).getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && (box.width < least || box.height < least))
      .map(
        ({ it, box }) =>
          `${box.width.toFixed(0)}x${box.height.toFixed(0)} ${(it.ariaLabel ?? it.textContent ?? it.tagName).trim()}`,
      )
  }, MIN_SIDE_PX)
