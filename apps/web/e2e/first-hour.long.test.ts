/**
 * The first hour of a newcomer: states that say what they mean, errors that go, keys that work
 * everywhere.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from './testing/axe.ts'
import { lackingChromium, type ServedConsole, serveConsole } from './testing/console.ts'
import { dialogOf } from './testing/dialog.ts'
import { closeWithEscape } from './testing/overlays.ts'

let served: ServedConsole
beforeAll(async () => {
  served = await serveConsole()
})
afterAll(() => served.close())

const rows = (page: Page) => page.locator('[data-row]')
const filter = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^${name} \\d+$`) })

describe.skipIf(lackingChromium())('the first hour, with a made-up node', () => {
  test('a paused share is in the filter Paused, and its link says that nobody gets it until it is resumed', async () => {
    await served.on('/?mock&state=seeding', async page => {
      await rows(page).first().click()
      await page.keyboard.press('p')
      await page.keyboard.press('Escape')
      await filter(page, 'Paused').click()
      await rows(page).getByText('Paused, not shared').first().waitFor()
      const count = async () => Number(/\d+$/.exec(await filter(page, 'Paused').innerText()))
      await expect.poll(count).toBe(await rows(page).count())
      await rows(page).filter({ hasText: 'Paused, not shared' }).first().locator('a').click()
      await page.getByRole('button', { name: 'Send the link' }).click()
      const dialog = dialogOf(page)
      await dialog.getByText('It is paused: nobody gets it from this node').waitFor()
      expect(await findings(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Resume' }).click()
      await dialog.getByText('It is paused').waitFor({ state: 'detached' })
    })
  })

  test('the dashboard counts torrents by the words of the list', async () => {
    await served.on('/dashboard?mock', async page => {
      const states = page.getByRole('list', { name: 'Torrents', exact: true })
      await states.getByText('Paused, not shared').waitFor()
      const told = await states.getByRole('listitem').allInnerTexts()
      await page.getByRole('link', { name: 'Torrents', exact: true }).first().click()
      const all = Number(/\d+$/.exec(await filter(page, 'All').innerText()))
      expect(told.reduce((sum, text) => sum + Number(/\n(\d+)\n/.exec(text)?.[1]), 0)).toBe(all)
    })
  })

  test('the error of a passphrase goes when another one is written or suggested', async () => {
    await served.on('/?mock', async page => {
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByRole('tab', { name: 'Share' }).click()
      const dialog = dialogOf(page)
      await dialog
        .locator('input[type=file]')
        .first()
        .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') })
      await page.getByLabel('Seal it').check()
      await page.getByLabel('Anyone with the link and a passphrase').check()
      const refused = dialog.getByText('This is too easy to guess', { exact: false })
      const tryWeak = async (passphrase: string) => {
        await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase)
        await dialog.getByRole('button', { name: 'Seal and share' }).click()
        await dialog.getByRole('alert').waitFor()
      }
      await tryWeak('abc')
      await dialog.getByRole('button', { name: 'Suggest one' }).click()
      await dialog.getByRole('alert').waitFor({ state: 'detached' })
      await tryWeak('abc')
      await dialog.getByLabel('Passphrase', { exact: true }).fill('abcd')
      await dialog.getByRole('alert').waitFor({ state: 'detached' })
      await tryWeak('abcd')
      expect(await refused.count()).toBeLessThanOrEqual(2)
    })
  })

  test('the error of a form that the node refused goes when its input changes', async () => {
    await served.on('/hubs?mock', async page => {
      await page.getByRole('button', { name: 'Join a hub' }).first().click()
      const dialog = dialogOf(page)
      const link = dialog.getByLabel('Link of an invitation')
      await link.fill('not a link')
      await dialog.getByRole('button', { name: 'Join a hub' }).click()
      await dialog.getByText('This is not the address of a hub.').waitFor()
      await link.fill('not a link either')
      await dialog.getByText('This is not the address of a hub.').waitFor({ state: 'detached' })
    })
  })

  test('keys reach the list wherever no field has the focus', async () => {
    await served.on('/?mock', async page => {
      await rows(page).first().waitFor()
      const selectAll = async () => {
        await page.keyboard.press('Control+a')
        const count = await rows(page).count()
        await page
          .getByText(/^\d+ selected$/)
          .first()
          .waitFor()
        expect(await page.evaluate(() => String(getSelection()))).toBe('')
        expect(count).toBeGreaterThan(0)
        await page.keyboard.press('Escape')
        await page
          .getByText(/^\d+ selected$/)
          .first()
          .waitFor({ state: 'detached' })
      }
      await filter(page, 'Seeding').click()
      await selectAll()
      await page.getByRole('button', { name: 'New label' }).click()
      await closeWithEscape(page)
      await selectAll()
      await page.getByRole('columnheader', { name: 'Ratio' }).getByRole('button').click()
      await selectAll()
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await closeWithEscape(page)
      await selectAll()
      // In a field, the same key selects its text.
      await page.getByLabel('Filter by name').click()
      await page.keyboard.press('Control+a')
      expect(await page.getByText(/^\d+ selected$/).count()).toBe(0)
    })
  })

  test('the second key of “g p” leads to a page and pauses nothing', async () => {
    await served.on('/?mock&state=seeding', async page => {
      await rows(page).first().click()
      const seeding = await filter(page, 'Seeding').innerText()
      await page.keyboard.press('g')
      await page.keyboard.press('p')
      await page.getByRole('button', { name: 'Follow a link' }).first().waitFor()
      await page.goBack()
      expect(await filter(page, 'Seeding').innerText()).toBe(seeding)
    })
  })

  test('the help of the keyboard has a row for each page, with keys of one height', async () => {
    await served.on('/?mock', async page => {
      await rows(page).first().waitFor()
      await page.keyboard.press('?')
      const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
      await dialog.getByText('Go to a page').waitFor()
      const heights = await dialog.locator('kbd').evaluateAll(all => all.map(key => key.clientHeight))
      expect(Math.max(...heights)).toBeLessThan(40)
      const pages = await page.getByRole('navigation').first().getByRole('link').allInnerTexts()
      for (const name of pages)
        expect(
          await dialog
            .getByRole('term')
            .filter({ hasText: name.split('\n')[0]! })
            .count(),
        ).toBeGreaterThan(0)
      expect(await findings(page)).toEqual([])
    })
  })

  test('a phone has five places and More, without labels that are cut, and trackers that fit', async () => {
    const phone = { viewport: { width: 360, height: 740 }, locale: 'de' }
    await served.on(
      '/?mock&traffic=calm',
      async page => {
        await rows(page).first().waitFor()
        const bar = page.getByRole('navigation').filter({ has: page.getByRole('button', { name: 'Mehr' }) })
        expect(await bar.getByRole('link').count()).toBe(5)
        const cut = await bar
          .locator('svg + span')
          .evaluateAll(
            all => all.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1).length,
          )
        expect(cut).toBe(0)
        expect(await bar.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
        expect(await findings(page)).toEqual([])
        await bar.getByRole('button', { name: 'Mehr' }).click()
        await page.getByRole('menuitem', { name: 'Einstellungen' }).click()
        await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
        expect(await bar.getByRole('button', { name: 'Mehr' }).getAttribute('aria-current')).toBe('true')
        await bar.getByRole('link', { name: 'Torrents' }).click()
        await rows(page).first().click()
        await page.getByRole('tab', { name: 'Tracker' }).click()
        const table = page.getByRole('region', { name: 'Tracker und andere Quellen' })
        await table.getByText('DHT', { exact: true }).waitFor()
        expect(await table.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
      },
      phone,
    )
  })

  test('what the node says of a failure is in the language of the page', async () => {
    await served.on(
      '/?mock&torrents=40&state=tracker-error',
      async page => {
        await rows(page).first().locator('a').click()
        await page.getByRole('tab', { name: 'Tracker' }).click()
        await page.getByText('Der Tracker antwortet nicht', { exact: true }).first().waitFor()
        await page.getByText('Tracker antwortet richtig: Der Tracker antwortet nicht').waitFor()
      },
      { locale: 'de' },
    )
  })
})
