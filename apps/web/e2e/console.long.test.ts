import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings, findingsInThemes } from './testing/axe.ts'
import { lackingChromium, type ServedConsole, serveConsole } from './testing/console.ts'
import { dialogOf } from './testing/dialog.ts'
import { scrollList } from './testing/frames.ts'
import { closeWithEscape } from './testing/overlays.ts'

let served: ServedConsole
beforeAll(async () => {
  served = await serveConsole()
})
afterAll(() => served.close())

const phone = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true }

const rows = (page: Page) => page.locator('[data-row]')

/** How wide the page is with everything in it, in pixels. */
const widest = (page: Page) =>
  page.evaluate(() =>
    Math.max(...[...document.querySelectorAll('html, body, main')].map(({ scrollWidth }) => scrollWidth)),
  )

/** Buttons whose words are wider than they are. */
const overflowing = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('button')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ innerText }) => innerText),
  )

const isInSight = (element: Element) => {
  const { left, top, width, height } = element.getBoundingClientRect()
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
}

describe.skipIf(lackingChromium())('the console with a made-up node', () => {
  const routes = [
    '/dashboard',
    '/search?q=sea',
    '/feeds',
    '/published',
    '/network',
    '/people',
    '/hubs',
    '/chat',
    '/settings',
    '/welcome',
    '/nowhere',
    '/?locked',
    '/?mock=fresh',
  ] as const
  for (const route of routes)
    test(`axe finds nothing on ${route}, light and dark, and nothing is wider than a phone`, async () => {
      const separator = route.includes('?') ? '&' : '?'
      await served.on(route.includes('mock') ? route : `${route}${separator}mock`, async page => {
        await page.locator('h1').waitFor({ state: 'attached' })
        await page.waitForFunction(() => !document.querySelector('[role=status] .visually-hidden'))
        expect(await findingsInThemes(page)).toEqual([])
        await page.setViewportSize(phone.viewport)
        await expect.poll(() => widest(page)).toBeLessThanOrEqual(phone.viewport.width)
      })
    })

  test('axe finds nothing in dialogs and menus, light and dark, and in the list on a phone', async () => {
    await served.on('/?mock', async page => {
      await rows(page).nth(2).click({ button: 'right' })
      await page.getByRole('menu').waitFor()
      // A menu is in no landmark wherever it opens.
      expect(await findingsInThemes(page, { except: ['region'] })).toEqual([])
      await closeWithEscape(page)
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await dialogOf(page).waitFor()
      expect(await findingsInThemes(page)).toEqual([])
      await page.getByRole('tab', { name: 'Share' }).click()
      expect(await findingsInThemes(page)).toEqual([])
    })
    await served.on(
      '/?mock',
      async page => {
        await rows(page).first().waitFor()
        expect(await findings(page)).toEqual([])
        expect(await widest(page)).toBeLessThanOrEqual(phone.viewport.width)
      },
      phone,
    )
  })

  test('hubs are searched, joined with an invitation and left, also on a phone', async () => {
    await served.on(
      '/hubs?mock',
      async page => {
        const card = page.locator('section', { has: page.getByRole('heading', { name: 'Friends of the' }) })
        await page.getByLabel('Words of the title').fill('harbour')
        await page.getByRole('button', { name: 'Search hubs' }).click()
        await card.getByRole('link', { name: 'Harbour map' }).waitFor()
        await card.getByRole('button', { name: 'Actions for' }).click()
        await page.getByRole('menuitem', { name: 'Make an invitation' }).click()
        await card.getByText('https://hub.example.org/join#invitation=').waitFor()
        expect(await findingsInThemes(page)).toEqual([])
        expect(await widest(page)).toBeLessThanOrEqual(phone.viewport.width)
        await card.getByRole('button', { name: 'Add', exact: true }).click()
        await card.getByRole('button', { name: 'Added', exact: true }).waitFor()
        await page.getByRole('button', { name: 'Join a hub' }).click()
        const dialog = dialogOf(page)
        const link = dialog.getByLabel('Link of an invitation')
        await link.fill('nowhere')
        await dialog.getByRole('button', { name: 'Join a hub' }).click()
        await dialog.getByText('This is not the address of a hub').waitFor()
        expect(await findings(page)).toEqual([])
        await link.fill(`https://other.example/join#invitation=${'a'.repeat(22)}`)
        await dialog.getByRole('button', { name: 'Join a hub' }).click()
        await page.getByRole('heading', { name: 'other.example', exact: true }).waitFor()
        await card.getByRole('button', { name: 'Actions for' }).click()
        await page.getByRole('menuitem', { name: 'Leave the hub' }).click()
        await dialogOf(page).getByRole('button', { name: 'Leave the hub' }).click()
        await card.waitFor({ state: 'detached' })
      },
      phone,
    )
  })

  test('the first visit fits on a phone, and tells what it saved', async () => {
    await served.on(
      '/?mock=fresh',
      async page => {
        await page.getByRole('button', { name: 'Next' }).click()
        await page.getByLabel('Leave room for others', { exact: false }).check()
        await page.getByText('Saved', { exact: true }).waitFor()
        await page.getByLabel('Your upload speed').fill('100')
        await page.getByText('Uploads at 10.0 MB/s at most').waitFor()
        expect(await overflowing(page)).toEqual([])
        await page.getByRole('button', { name: 'Next' }).click()
        await page.getByRole('button', { name: 'Share something' }).click()
        await page.getByRole('button', { name: 'on the node’s machine', exact: false }).waitFor()
        expect(await overflowing(page)).toEqual([])
        await page.getByRole('button', { name: 'Back' }).click()
        await page.getByRole('heading', { name: 'What would you like to do first?' }).waitFor()
        expect(await overflowing(page)).toEqual([])
        await page.getByRole('button', { name: 'Back' }).click()
        await page.getByLabel('Custom limits', { exact: false }).check()
        expect(await page.getByLabel('Upload (MB/s)').inputValue()).toBe('10')
      },
      phone,
    )
  })

  test('the network page connects, announces, finds, replaces the key, and turns the network off and on', async () => {
    await served.on('/network?mock', async page => {
      const id = () => page.locator('main [class*=mono]').first().innerText()
      await page.getByRole('heading', { name: '9 connected nodes' }).waitFor()
      await page
        .getByRole('img', { name: /8 connected directly 1 through a relay 160 more known$/ })
        .waitFor()
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
      const dialog = dialogOf(page)
      await dialog.getByLabel('Address').fill('203.0.113.99:6882')
      await dialog.getByRole('button', { name: 'Connect' }).click()
      await dialog.getByText('write an address as /ip4/', { exact: false }).waitFor()
      await dialog.getByLabel('Address').fill('/ip4/203.0.113.99/tcp/6882')
      await dialog.getByRole('button', { name: 'Connect' }).click()
      await page.getByRole('heading', { name: '10 connected nodes' }).waitFor()
      await page.getByText('203.0.113.99:6882').waitFor()
      await page.getByRole('button', { name: 'Announce a torrent' }).click()
      await dialog.getByRole('button', { name: 'Announce now' }).click()
      await page
        .getByText(/announced: 22 nodes have it/)
        .first()
        .waitFor()
      await page.getByLabel('Content ID, info hash or magnet link').fill('baf5rei')
      await page.getByRole('button', { name: 'Find', exact: true }).click()
      await page.getByText('3 nodes have it').waitFor()
      await page.getByRole('button', { name: 'Publish a torrent' }).click()
      await dialog.getByLabel('Title').fill('A title of its own')
      await dialog.getByLabel('License').selectOption('CC0-1.0')
      expect(await findings(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Publish' }).click()
      await page.getByRole('button', { name: 'Hide: A title of its own' }).click()
      await page.getByText('is withdrawn from search').first().waitFor()
      const before = await id()
      await page.getByRole('button', { name: 'New key…' }).click()
      await page.getByRole('button', { name: 'Replace the key' }).click()
      await expect.poll(id).not.toBe(before)
      await page.getByRole('switch', { name: 'Shoal network' }).click()
      await page.getByRole('heading', { name: 'The Shoal network is off' }).waitFor()
      expect(await findings(page)).toEqual([])
      await page.getByRole('button', { name: 'Turn on' }).click()
      await page.getByRole('heading', { name: '10 connected nodes' }).waitFor()
    })
  })

  test('the search box follows the address', async () => {
    await served.on('/search?mock&q=sea', async page => {
      const box = page.getByRole('searchbox', { name: 'Search in all torrents' })
      await page.locator('main ol a').first().waitFor()
      expect(await box.inputValue()).toBe('sea')
      await page.getByRole('link', { name: 'Search', exact: true }).click()
      await page.getByText('Search the network and this node').waitFor()
      expect(await box.inputValue()).toBe('')
      await box.fill('moon')
      await page.waitForURL(/q=moon/)
      expect(await box.inputValue()).toBe('moon')
    })
  })

  test('results of the network and of the node come into one list, are filtered, and are downloaded from it', async () => {
    await served.on('/search?mock&q=open', async page => {
      const titles = page.locator('main [data-title]')
      const status = page.getByRole('main').getByText('9 results')
      await status.last().waitFor()
      const first = page.locator('[data-result]', { has: page.getByText('Unknown publisher') }).first()
      await first.getByText(/^\d+ seeds?$/).waitFor()
      // From the box to the rows and on with the arrow keys; Enter opens what is known of a row.
      await page.getByRole('searchbox').press('ArrowDown')
      for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown')
      expect(await titles.nth(3).evaluate(title => title === document.activeElement)).toBe(true)
      expect(await titles.nth(3).locator('mark').innerText()).toBe('open')
      await page.keyboard.press('Enter')
      await page.getByText('You have not downloaded anything of this publisher yet.').waitFor()
      expect(await findings(page)).toEqual([])
      await first.getByRole('button', { name: /^Download/ }).click()
      await first.getByRole('link', { name: 'On this node' }).waitFor()
      // Seeds change the order, but nothing moves before somebody says so.
      const before = await titles.allInnerTexts()
      expect(before.length).toBe(9)
      await page.getByRole('button', { name: 'Best first' }).click()
      await expect.poll(() => titles.allInnerTexts()).not.toEqual(before)
      expect((await titles.allInnerTexts()).toSorted()).toEqual(before.toSorted())
      await page.getByRole('button', { name: 'Filters' }).click()
      await page.getByLabel('Language').selectOption('German')
      await page.waitForURL(/language=de/)
      await expect.poll(() => titles.count()).toBeLessThan(9)
      await page.getByRole('searchbox').fill('nothing')
      await page.getByText('Nobody has published anything with all these words', { exact: false }).waitFor()
      await page.getByRole('link', { name: 'Network', exact: true }).click()
      await page.getByRole('switch', { name: 'Shoal network' }).click()
      await page.getByRole('heading', { name: 'The Shoal network is off' }).waitFor()
      await page.goBack()
      await page.getByText('Only this node is searched.', { exact: false }).waitFor()
    })
  })

  test('a publisher is blocked from a result, and unblocked', async () => {
    await served.on('/search?mock&q=open', async page => {
      const titles = page.locator('main [data-title]')
      await page.getByRole('main').getByText('9 results').last().waitFor()
      const before = await titles.allInnerTexts()
      const row = page.locator('[data-result]', { has: page.getByText('Unknown publisher') }).first()
      const title = await row.locator('[data-title]').innerText()
      await row.locator('[data-title]').click()
      await row.getByRole('button', { name: 'Block publisher' }).click()
      await page.getByText('8 results. 1 result of a blocked publisher is hidden.').waitFor()
      expect(await titles.allInnerTexts()).toEqual(before.filter(each => each !== title))
      await page.getByRole('button', { name: 'Unblock' }).click()
      await page.getByRole('main').getByText('9 results', { exact: true }).last().waitFor()
      // The order may be another one now.
      const again = await row.locator('[data-title]').innerText()
      await row.locator('[data-title]').click()
      await row.getByRole('button', { name: 'Block publisher' }).click()
      await page.getByText('8 results. 1 result', { exact: false }).waitFor()
      // The next search leaves it out, too.
      await page.getByRole('searchbox').fill('OPEN')
      await page.waitForURL(/q=OPEN/)
      await page.getByText('8 results. 1 result', { exact: false }).waitFor()
      await page.getByRole('link', { name: 'People', exact: true }).click()
      const blocked = page.locator('section', {
        has: page.getByRole('heading', { name: 'Blocked publishers' }),
      })
      await blocked.getByText(again).waitFor()
      await blocked.getByRole('button', { name: 'Unblock' }).click()
      await blocked.waitFor({ state: 'detached' })
    })
  })

  test('a recognized node is named, shown who the user is, and blocked as a publisher', async () => {
    await served.on('/people?mock', async page => {
      const cards = page.locator('main section', { has: page.getByRole('switch') })
      const card = cards.first()
      await card.getByText('did:key:z6Mktwup', { exact: false }).waitFor()
      await card.getByRole('button', { name: 'Name of 3b6a27bcceb6' }).click()
      await page.getByRole('textbox', { name: 'Name' }).fill('  Ada ')
      await page.getByRole('button', { name: 'Save' }).click()
      await card.getByRole('heading', { name: 'Ada', exact: true }).waitFor()
      const shows = card.getByRole('switch', { name: 'Show this node who you are' })
      expect(await shows.isChecked()).toBe(false)
      await shows.click()
      await expect.poll(() => shows.isChecked()).toBe(true)
      expect(await cards.nth(1).getByRole('switch').isChecked()).toBe(false)
      await card.getByRole('button', { name: 'Block as publisher' }).click()
      await card.getByText('Blocked: searches do not show', { exact: false }).waitFor()
      const blocked = page.locator('section', {
        has: page.getByRole('heading', { name: 'Blocked publishers' }),
      })
      await blocked.getByText('Ada').waitFor()
      expect(await findings(page)).toEqual([])
      await card.getByRole('button', { name: 'Unblock' }).click()
      await blocked.waitFor({ state: 'detached' })
      await shows.click()
      await expect.poll(() => shows.isChecked()).toBe(false)
    })
  })

  test('what was found opens, or is marked among its files where it cannot be shown', async () => {
    await served.on('/search?mock&in=node&q=planet-2026-11-0312', async page => {
      await page.locator('main ol a').first().click()
      const row = page.locator('[role=row][aria-current=true]')
      await row.waitFor()
      expect(await row.innerText()).toContain('openstreetmap-planet-2026-11-0312.parquet')
      await expect.poll(() => row.evaluate(isInSight)).toBe(true)
    })
    await served.on('/search?mock&in=node&q=sintel+readme', async page => {
      await page.locator('main ol a').first().click()
      await dialogOf(page).getByRole('heading', { name: 'README.md' }).first().waitFor()
      await closeWithEscape(page)
      await page.getByRole('tab', { name: /^Files/, selected: true }).waitFor()
      expect(await page.locator('[role=row][aria-current=true]').innerText()).toContain('README.md')
    })
  })

  test('a filter shows what it fits as one writes; one that never ends does not stop the page', async () => {
    await served.on('/feeds?mock', async page => {
      await page.getByRole('button', { name: 'New filter' }).first().click()
      const include = page.getByLabel('Contains all of these words')
      const form = page.locator('form').filter({ has: include })
      await include.fill('ＤＥＢＩＡＮ dvd')
      await form.getByText('1 of 8 items match').waitFor()
      await include.fill('/debian (/')
      await form.getByText('is not valid', { exact: false }).waitFor()
      await include.fill('/^(.+)+~$/')
      // The next keys are taken: a page that looks at the pattern itself would never answer again.
      await page.getByLabel('Contains none of these words').first().fill('beta')
      await form.getByText('takes too long', { exact: false }).waitFor()
      await include.fill('debian')
      await form.getByText('3 of 8 items match').waitFor()
      await form.getByRole('button', { name: 'Save filter' }).click()
      await page.getByText('Filter saved').first().waitFor()
      await page.getByText('without beta').nth(1).waitFor()
    })
  })

  test('a node without a password asks for its token, and never for a user name', async () => {
    await served.on('/?mock&locked=token', async page => {
      await page.addInitScript(() => {
        const seen: string[] = []
        Object.assign(window, { seen })
        new MutationObserver(() => {
          for (const { name } of document.querySelectorAll('input')) seen.push(name)
        }).observe(document, { childList: true, subtree: true })
      })
      await page.reload()
      await page.getByLabel('Token').fill('shoal')
      expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).not.toContain(
        'username',
      )
      await page.getByRole('button', { name: 'Log in' }).click()
      await rows(page).first().waitFor()
    })
  })

  test('the settings list the browsers that are logged in, and log out one or all others', async () => {
    await served.on('/settings?mock#access', async page => {
      const sessions = page
        .getByRole('list', { name: 'Browsers and devices that are logged in' })
        .getByRole('listitem')
      await expect.poll(() => sessions.count()).toBe(3)
      expect(await sessions.first().textContent()).toContain('This browser')
      expect(await sessions.first().getByRole('button').count()).toBe(0)
      await page.getByRole('button', { name: 'Log out Safari, iOS' }).click()
      await expect.poll(() => sessions.count()).toBe(2)
      const others = page.getByRole('button', { name: 'Log out all others' })
      await others.click()
      await expect.poll(() => sessions.count()).toBe(1)
      await expect.poll(() => others.count()).toBe(0)
    })
  })

  test('the settings list the devices, and announce that the key was replaced until that is dismissed', async () => {
    await served.on('/settings?mock#devices', async page => {
      const devices = page.getByRole('list', { name: 'Devices', exact: true }).getByRole('listitem')
      await expect
        .poll(() => devices.allTextContents())
        .toEqual([
          expect.stringContaining('Node at home this node'),
          expect.stringContaining('Laptop command line'),
        ])
      const alarm = page.getByRole('alert').filter({ hasText: 'Your key was replaced' })
      await alarm.getByRole('button', { name: 'Dismiss' }).click()
      await alarm.waitFor({ state: 'detached' })
    })
  })

  test('the address of a setting scrolls to it, and the list of sections shows where one is', async () => {
    await served.on('/settings?mock#network.publicUrl', async page => {
      await page.locator('[id="network.publicUrl"] input:focus').waitFor()
      await page.keyboard.type('http://192.0.2.7:8420')
      await page.keyboard.press('Enter')
      await page.getByText('The public address in the settings leads nowhere').first().waitFor()
      const current = page.locator('nav [aria-current=location]')
      expect(await current.textContent()).toBe('Network')
      await page.getByRole('link', { name: 'About' }).click()
      expect(await current.textContent()).toBe('About')
      await page.getByRole('link', { name: 'Downloads' }).click()
      await expect.poll(() => current.textContent()).toBe('Downloads')
    })
  })

  test('the keyboard continues from a box or a menu that was clicked, and far down rows are read in their order', async () => {
    await served.on('/?mock&torrents=300', async page => {
      const chosen = () =>
        page.locator('[data-row][aria-selected=true]').evaluateAll(all => all.map(row => row.ariaRowIndex))
      const box = page.locator('[aria-rowindex="3"] [data-role=select]')
      await box.click()
      await expect.poll(() => box.isChecked()).toBe(true)
      await page.keyboard.press('ArrowDown')
      await expect.poll(() => box.isChecked()).toBe(false)
      expect(await chosen()).toEqual(['4'])
      await page.locator('[aria-rowindex="6"]').hover()
      await page.locator('[aria-rowindex="6"] button').click()
      await page.getByRole('menu').waitFor()
      await closeWithEscape(page)
      for (let row = 0; row < 60; row++) await page.keyboard.press('ArrowDown')
      await expect.poll(chosen).toEqual(['66'])
      const read = await page.locator('[role=rowgroup]').evaluate(group =>
        group
          .getAttribute('aria-owns')!
          .split(' ')
          .map(id => Number(document.getElementById(id)!.ariaRowIndex)),
      )
      expect(read).toEqual(read.map((_, at) => read[0]! + at))
      expect(read).toContain(66)
    })
  })

  test('downloads for which nothing arrives are named, found by it or by tracker, and explained', async () => {
    await served.on('/?mock&torrents=40', async page => {
      const filter = (name: string) => page.getByRole('button', { name: new RegExp(`^${name} \\d+$`) })
      await filter('tracker.example.com').click()
      await filter('Stalled').click()
      expect(new URL(page.url()).searchParams.get('tracker')).toBe('tracker.example.com')
      for (const word of ['No peers', 'Stalled', 'Tracker error'])
        await rows(page).filter({ hasText: word }).waitFor()
      await expect.poll(() => rows(page).count()).toBe(3)
      await filter('Tracker error').click()
      await expect.poll(() => rows(page).count()).toBe(1)
      await rows(page).locator('a').click()
      await page.getByText('all 3 trackers fail: The tracker does not answer').waitFor()
      await page.getByRole('tab', { name: 'Peers' }).click()
      await page.getByText('All of its trackers fail.').waitFor()
    })
  })

  test('5,000 busy torrents scroll, with no more rows than are in sight', async () => {
    await served.on('/?mock=busy&torrents=5000', async page => {
      await rows(page).first().waitFor()
      await page.getByText('5,000 torrents').waitFor()
      const frames = await scrollList(page, 3)
      console.log(
        `scrolling 5,000 torrents: ${frames.perSecond.toFixed(0)} frames/s, ${(frames.late * 100).toFixed(1)} % late`,
      )
      expect(frames.mostRows).toBeLessThan(60)
      expect(Number(await rows(page).last().getAttribute('aria-rowindex'))).toBeGreaterThan(100)
    })
  })
})
