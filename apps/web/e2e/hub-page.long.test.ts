/**
 * The web page of a hub with a simulated hub: accessibility, phones, keyboards, size, installation.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HUB_DIST } from '../scripts/build-hub-page.ts'
import { COLOURS, findings, findingsInThemes } from './testing/axe.ts'
import { lackingChromium, type OpenPage, type ServedConsole, serveConsole } from './testing/console.ts'
import { dialogOf } from './testing/dialog.ts'
import { closeWithEscape } from './testing/overlays.ts'

const MOST_SCRIPT_BYTES = 200_000
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }

let served: ServedConsole
beforeAll(async () => {
  served = await serveConsole({ dist: HUB_DIST, catalogs: ['hub', 'controls'] })
})
afterAll(() => served.close())

test('the first screen loads at most 200 KB of gzipped script', () => {
  console.log(`script of the first screen: ${(served.firstScriptBytes / 1000).toFixed(1)} kB gzipped`)
  expect(served.firstScriptBytes).toBeLessThan(MOST_SCRIPT_BYTES)
})

async function shown(page: Page): Promise<void> {
  await page.locator('h1').waitFor()
  await page.waitForFunction(() => !document.querySelector('[role=status] .visually-hidden'))
}

const widest = (page: Page) =>
  page.evaluate(() =>
    Math.max(...[...document.querySelectorAll('html, body, main')].map(({ scrollWidth }) => scrollWidth)),
  )

const ROUTES = [
  '/?mock',
  '/?mock=guest',
  '/?mock=guest&registration=open',
  '/login?mock=guest',
  '/join?mock=guest',
  '/join?mock=guest#invitation=right',
  '/join?mock=guest#invitation=wrong',
  '/listings/share1?mock',
  '/listings/share1?mock=guest&registration=open',
  '/listings/share1/edit?mock',
  '/publish?mock=member',
  '/publish?mock=guest',
  '/invitations?mock',
  '/account?mock',
  '/moderation?mock=moderator',
  '/moderation?mock=member',
  '/log?mock=guest',
  '/admin?mock',
  '/nowhere?mock',
] as const

describe.skipIf(lackingChromium())('the page of a hub', () => {
  describe('on a screen and on a phone', () => {
    let views: readonly [screen: OpenPage, phone: OpenPage]
    beforeAll(async () => {
      views = [await served.open('/?mock'), await served.open('/?mock', PHONE)]
    })
    afterAll(() => Promise.all(views.map(each => each.close())))

    async function shownAt(route: string, { page }: OpenPage): Promise<void> {
      // An address that differs in its hash only would not load anew.
      await page.goto('about:blank')
      await page.goto(served.url + route)
      await shown(page)
    }

    test.each(ROUTES)('axe finds nothing on %s, and it fits on a phone', async route => {
      const [screen, phone] = views
      await shownAt(route, screen)
      expect(await findingsInThemes(screen.page)).toEqual([])
      await shownAt(route, phone)
      expect(await widest(phone.page)).toBeLessThanOrEqual(PHONE.viewport.width)
      // Its colours are those of the screen.
      expect(await findings(phone.page, { except: COLOURS })).toEqual([])
      expect(views.flatMap(({ complaints }) => complaints)).toEqual([])
    })

    test('German texts fit on a phone', async () => {
      const phone = await served.open('/?mock', { ...PHONE, locale: 'de-DE' })
      for (const route of ['/?mock', '/account?mock', '/moderation?mock']) {
        await shownAt(route, phone)
        expect(await phone.page.locator('html').getAttribute('lang')).toBe('de')
        expect(await widest(phone.page)).toBeLessThanOrEqual(PHONE.viewport.width)
      }
      await phone.close()
    })
  })

  test('a new member makes a key, and joins when a word of it was typed', async () => {
    await served.on('/?mock=guest#invitation=right', async page => {
      await page.getByText('You are invited.').waitFor()
      await page.getByLabel('Your name').fill('Fatima')
      await page.getByRole('button', { name: 'Make my key' }).click()
      await page.getByRole('heading', { name: 'Write down these 24 words' }).waitFor()
      expect(await findingsInThemes(page)).toEqual([])
      const lists = await page.locator('ol').all()
      const words = await Promise.all(lists.map(list => list.locator('li').allInnerTexts()))
      expect(words.map(({ length }) => length)).toEqual([24, 24])
      const asked = page.getByLabel(/^Word \d+ of the first list$/)
      const number = Number(
        /\d+/.exec(await page.locator('label', { hasText: 'of the first list' }).innerText()),
      )
      await asked.fill('wrong')
      await page.getByRole('button', { name: 'Join' }).click()
      await page.getByText('That is another word.').waitFor()
      await asked.fill(words[0]![number - 1]!)
      await page.getByRole('button', { name: 'Join' }).click()
      await page.getByRole('heading', { name: 'Shares', exact: true }).waitFor()
      await page.getByRole('link', { name: 'Publish' }).first().waitFor()
    })
  })

  test('a moderator hides what was reported, approves who waits, and the public log says so', async () => {
    await served.on('/moderation?mock=moderator', async page => {
      await page.getByRole('button', { name: 'Hide' }).click()
      const dialog = dialogOf(page)
      await dialog.waitFor()
      expect(await findingsInThemes(page)).toEqual([])
      await dialog.getByLabel('Reason').fill('Advertisement')
      await dialog.getByRole('button', { name: 'Hide' }).click()
      await page.getByText('There are no open reports.').waitFor()
      await page.getByText('Farah').waitFor()
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.getByText('Farah').waitFor({ state: 'detached' })
      await page.getByRole('link', { name: 'Log', exact: true }).first().click()
      await page.getByText('Bruno hid Comment').waitFor()
    })
  })

  test('listings are searched, and the address keeps the search', async () => {
    await served.on('/?mock', async page => {
      await page.getByRole('searchbox', { name: 'Search shares' }).fill('lighthouses')
      await expect
        .poll(() => page.getByRole('list', { name: 'Shares' }).getByRole('listitem').count())
        .toBe(1)
      expect(new URL(page.url()).searchParams.get('q')).toBe('lighthouses')
      await page.getByRole('link', { name: 'sea', exact: true }).click()
      await page.getByRole('button', { name: 'Remove the tag sea from the search' }).click()
      await expect
        .poll(() => page.getByRole('list', { name: 'Shares' }).getByRole('listitem').count())
        .toBe(6)
    })
  })

  test('a listing that is opened while a search is typed stays open', async () => {
    await served.on('/?mock', async page => {
      await page.getByRole('searchbox').fill('harbour')
      await page.getByRole('link', { name: /^Harbour at dawn/ }).click()
      await page.getByRole('heading', { name: /^Harbour at dawn/, level: 1 }).waitFor()
      await page.getByText('Beautiful.').waitFor()
      expect(new URL(page.url()).pathname).toBe('/listings/share1')
    })
  })

  test('the keyboard alone publishes and comments', async () => {
    await served.on('/publish?mock=member', async page => {
      await page.getByLabel('Link', { exact: true }).focus()
      await page.keyboard.type('magnet:?xt=urn:btih:dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c&dn=Tides')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      const title = page.locator(':focus')
      expect(await title.inputValue()).toBe('Tides')
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Tides', level: 1 }).waitFor()
      await page.getByLabel('Your comment').focus()
      await page.keyboard.type('High water')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByRole('listitem').filter({ hasText: 'High water' }).waitFor()
      await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
      // Notes are dialogs, too.
      await page.getByRole('dialog', { name: 'Delete this share?' }).waitFor()
      await closeWithEscape(page)
    })
  })

  test('Chromium finds nothing that hinders its installation', async () => {
    const manifest = JSON.parse(readFileSync(join(served.folder, 'manifest.webmanifest'), 'utf8'))
    for (const { src } of manifest.icons)
      expect(readFileSync(join(served.folder, src)).length).toBeGreaterThan(0)
    const { page, close } = await served.open('/?mock')
    const devtools = await page.context().newCDPSession(page)
    const { errors, url } = await devtools.send('Page.getAppManifest')
    expect([url, errors]).toEqual([`${served.url}/manifest.webmanifest`, []])
    await close()
  })
})
