import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findingsInThemes } from './testing/axe.ts'
import { lackingChromium, type ServedConsole, serveConsole } from './testing/console.ts'
import { dialogOf } from './testing/dialog.ts'
import { closeWithEscape } from './testing/overlays.ts'

const MOST_SCRIPT_BYTES = 250_000
const ID = 'dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c'

let served: ServedConsole
beforeAll(async () => {
  served = await serveConsole()
})
afterAll(() => served.close())

test('the first screen loads at most 250 KB of gzipped script', () => {
  console.log(`script of the first screen: ${(served.firstScriptBytes / 1000).toFixed(1)} kB gzipped`)
  expect(served.firstScriptBytes).toBeLessThan(MOST_SCRIPT_BYTES)
})

const rows = (page: Page) => page.locator('[data-row]')

describe.skipIf(lackingChromium())('the console with a made-up node', () => {
  test('axe finds nothing on the list, light and dark', async () => {
    await served.on('/?mock', async page => {
      await rows(page).first().waitFor()
      expect(await findingsInThemes(page)).toEqual([])
    })
  })

  test('a torrent is removed with the keyboard, and brought back', async () => {
    await served.on('/?mock', async page => {
      await rows(page).first().waitFor()
      await page.getByRole('grid').focus()
      await page.keyboard.press('ArrowDown')
      const name = await rows(page).first().locator('a').innerText()
      await page.keyboard.press('Delete')
      await page.getByText(`Removed “${name}”`).first().waitFor()
      expect(await page.locator('a', { hasText: name }).count()).toBe(0)
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.locator('[data-row] a', { hasText: name }).waitFor()
    })
  })

  test('several are chosen and paused; filters show what is where', async () => {
    await served.on('/?mock', async page => {
      await rows(page).first().waitFor()
      await expect.poll(() => page.title()).toMatch(/^↓ .+ – Torrents – Shoal$/)
      await page.getByRole('button', { name: 'Columns' }).click()
      await page.getByRole('menuitemcheckbox', { name: 'Compact rows' }).click()
      await closeWithEscape(page)
      await expect.poll(async () => (await rows(page).first().boundingBox())?.height).toBe(30)
      await page
        .getByRole('columnheader', { name: 'Ratio' })
        .dragTo(page.getByRole('columnheader', { name: 'Size' }))
      await expect.poll(() => page.getByRole('columnheader').nth(3).innerText()).toMatch(/^ratio/i)
      await page.evaluate(() => (document.activeElement as HTMLElement).blur())
      // Nothing has the focus yet: the keys go to the list.
      await page.keyboard.press('Control+a')
      await page.getByText('24 selected').first().waitFor()
      const choose = async (name: string, next?: string) => {
        await page.getByRole('menuitem', { name }).click()
        if (next) await page.getByRole('menuitem', { name: next, exact: true }).click()
      }
      const openMenu = () => page.getByRole('toolbar').getByRole('button', { name: 'More' }).click()
      await openMenu()
      await choose('Tags and limits…')
      const dialog = dialogOf(page)
      await dialog.getByRole('button', { name: 'Change' }).isDisabled()
      await dialog.getByLabel('Add tags').fill('summer, 2026')
      await dialog.getByLabel('Upload limit').selectOption('Custom')
      await dialog.getByLabel('Upload limit (kB/s)').fill('fast')
      expect(await dialog.getByRole('button', { name: 'Change' }).isDisabled()).toBe(true)
      await dialog.getByLabel('Upload limit (kB/s)').fill('500')
      await dialog.getByRole('button', { name: 'Change' }).click()
      await page.getByText('24 torrents changed').first().waitFor()
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await openMenu()
      await choose('Copy', 'Name')
      await page.getByText('24 names copied').first().waitFor()
      await page.getByRole('grid').focus()
      await page.keyboard.press('p')
      await page.keyboard.press('Escape')
      const filter = (name: string) => page.getByRole('button', { name: new RegExp(`^${name} \\d+$`) })
      await filter('Active').click()
      await page.getByText('Nothing is being transferred right now', { exact: false }).waitFor()
      await filter('All').click()
      await page.getByLabel('Filter by name').fill('bunny')
      await expect.poll(() => rows(page).count()).toBe(1)
      expect(new URL(page.url()).searchParams.get('q')).toBe('bunny')
      // Down leads into the list, onto its first torrent.
      await page.keyboard.press('ArrowDown')
      await page.getByText('1 selected').first().waitFor()
      await openMenu()
      await choose('Rename…')
      await dialogOf(page).getByLabel('Name').fill('A bunny')
      await page.keyboard.press('Enter')
      await page.locator('[data-row] a', { hasText: 'A bunny' }).waitFor()
      await rows(page).first().locator('a').click()
      await page.getByRole('tab', { name: 'Options' }).click()
      expect(await page.getByLabel('Tags').inputValue()).toContain('summer, 2026')
      expect(await page.getByLabel('Upload limit', { exact: true }).inputValue()).toBe('500')
    })
  })

  test('a magnet link that is handed over is looked into, and some of its files are added', async () => {
    const link = encodeURIComponent(`magnet:?xt=urn:btih:${ID}&dn=Caminandes`)
    await served.on(`/?mock&add=${link}`, async page => {
      await page.getByRole('heading', { name: 'Caminandes' }).waitFor()
      await page.getByLabel('Download plain text', { exact: true }).uncheck()
      await page.getByText('2 of 4 files', { exact: false }).first().waitFor()
      await page.getByRole('combobox', { name: 'Label' }).fill('films')
      await page.getByRole('button', { name: /^Download \d/ }).click()
      await page.getByText('Added “Caminandes”').first().waitFor()
      await page.locator('[data-row] a', { hasText: 'Caminandes' }).waitFor()
      expect(new URL(page.url()).searchParams.has('add')).toBe(false)
    })
  })

  test('the first visit ends with something shared', async () => {
    await served.on('/?mock=fresh', async page => {
      await page.getByRole('button', { name: 'Next' }).click()
      await page.getByLabel('Leave room for others', { exact: false }).check()
      await page.getByRole('button', { name: 'Next' }).click()
      await page.getByRole('button', { name: 'Share something' }).click()
      const file = { name: 'cat.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(200_000) }
      await page.setInputFiles('[data-role=share-files]', file)
      await page.getByRole('button', { name: 'Share', exact: true }).click()
      await page.getByRole('heading', { name: 'You are sharing' }).waitFor()
      expect(await page.getByRole('textbox', { name: 'Magnet link' }).inputValue()).toMatch(
        /^magnet:\?xt=urn:btih:/,
      )
      const qr = page.getByRole('img', { name: 'QR code of the link' })
      const link = page.getByLabel('Link for browsers')
      await page.getByText('This link works on this machine only').waitFor()
      expect(await link.inputValue()).toContain(page.url().slice(0, 21))
      expect(await qr.count()).toBe(0)
      const full = page.viewportSize()!
      await page.setViewportSize({ width: 375, height: 812 })
      const note = page.getByRole('note').filter({ hasText: 'this machine only' })
      expect((await note.locator('div').first().boundingBox())!.width).toBeGreaterThan(200)
      await page.setViewportSize(full)
      await page.getByRole('button', { name: 'Let others in' }).click()
      const form = page.getByRole('region', { name: 'Let others in' })
      await form.getByRole('button', { name: 'Let others in' }).click()
      await form.getByText('Links work on this network.').waitFor()
      await form.getByText('kame-7xq2-tipo-93hd').waitFor()
      await page.getByText('This link works on this network').waitFor()
      expect(await link.inputValue()).toMatch(/^http:\/\/192\.168\.1\.5:8420\/share\/#s2/)
      await qr.waitFor()
      await page.getByRole('button', { name: 'Enlarge' }).click()
      const large = page.getByRole('dialog', { name: 'QR code of the link' })
      const code = large.getByRole('img', { name: 'QR code of the link' })
      expect((await code.boundingBox())!.width).toBeGreaterThan(500)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        large.getByRole('button', { name: 'Save as PNG' }).click(),
      ])
      expect(download.suggestedFilename()).toBe('cat.jpg QR.png')
      // The dialog behind it stays open.
      await page.keyboard.press('Escape')
      await large.waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Go to my torrents' }).click()
      await page.locator('[data-row] a', { hasText: 'cat.jpg' }).waitFor()
    })
  })

  test('a node that goes away leaves the last state on the screen, and is found again', async () => {
    await served.on('/?mock&drop=1&lacks=4000000', async page => {
      await page.getByRole('status').getByText('Free 4.00 MB on the disk', { exact: false }).waitFor()
      await page.getByRole('status').getByText('The node is not responding.', { exact: true }).waitFor()
      expect(await rows(page).count()).toBeGreaterThan(5)
      await page.getByText('The node is back').first().waitFor()
    })
  })

  test('a wrong password is refused, the right one opens', async () => {
    await served.on('/?mock&locked', async page => {
      await page.getByLabel('User name').fill('ana')
      await page.getByLabel('Password').fill('guess')
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByText('That is not right', { exact: false }).waitFor()
      await page.getByLabel('Password').fill('shoal')
      await page.getByRole('button', { name: 'Log in' }).click()
      await rows(page).first().waitFor()
    })
  })

  test('the token of an address logs in and is gone from the address', async () => {
    await served.on('/?mock&locked#token=shoal', async page => {
      await rows(page).first().waitFor()
      expect(page.url()).not.toContain('token')
    })
    await served.on('/?mock&locked', async page => {
      await page.getByLabel('Password').waitFor()
      await page.evaluate(() => location.assign('#token=shoal'))
      await rows(page).first().waitFor()
      expect(page.url()).not.toContain('token')
    })
    // The same before the login page has opened.
    await served.on('/nowhere?mock&locked', async page => {
      const opened = Promise.withResolvers<unknown>()
      await page.route(/LoginPage.*\.js$/, async route => {
        // Before that, the page that is left would be evaluated.
        await opened.promise
        await page.evaluate(() => location.assign('#token=shoal'))
        await route.continue()
      })
      opened.resolve(page.goto(new URL('/?mock&locked', page.url()).href, { waitUntil: 'commit' }))
      await opened.promise
      await rows(page).first().waitFor()
    })
    await served.on('/?mock&locked', async page => {
      await page.getByLabel('Password').fill('http://127.0.0.1:8420/#token=sh oal ')
      await page.getByRole('button', { name: 'Log in' }).click()
      await rows(page).first().waitFor()
    })
  })
})
