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

describe.skipIf(lackingChromium())('the add dialog, with a made-up node', () => {
  test('a link that is not a torrent is offered as the plain file that it is', async () => {
    const { page, complaints, close } = await served.open('/?mock&add=https://example.org/big.iso')
    await page.getByText('This is a plain file').waitFor()
    await page.getByText('https://example.org/big.iso').waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'Download the file' }).click()
    await page.getByText('Downloading big.iso').first().waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  test('peers whose address is known are given along, written before or after looking inside', async () => {
    const { page, complaints, close } = await served.open('/?mock')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByLabel('Link').fill(`magnet:?xt=urn:btih:${'ab'.repeat(20)}`)
    await page.locator('summary', { hasText: 'More' }).click()
    await page.getByLabel('Peers').fill('192.0.2.7:6881')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByLabel('Tags').waitFor()
    expect(await page.getByLabel('Peers').inputValue()).toBe('192.0.2.7:6881')
    await page.getByLabel('Content layout').selectOption('Always in a subfolder')
    await page.getByLabel('Peers').fill('192.0.2.7:6881\n[2001:db8::7]:51413')
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: /^Download/ }).click()
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.getByText('Connecting to 192.0.2.7:6881, [2001:db8::7]:51413').waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  test('the welcome guide has a door for links, and ends when one was added', async () => {
    const { page, complaints, close } = await served.open('/welcome?mock=fresh')
    for (const title of ['How much of your connection', 'What would you like to do first?']) {
      await page.getByRole('button', { name: 'Next' }).click()
      await page.getByRole('heading', { name: title }).waitFor()
    }
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'Share something' }).click()
    await page.getByRole('heading', { name: 'Share something' }).waitFor()
    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByRole('button', { name: 'I have a link' }).click()
    await page.getByLabel('Link').fill(`magnet:?xt=urn:btih:${'ab'.repeat(20)}`)
    await page.getByLabel('Link').press('Enter')
    await page.getByRole('button', { name: /^Download/ }).click()
    await page.locator('[data-row]').first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    expect(complaints).toEqual([])
    await close()
  })

  test('the welcome guide ends when a link is added from elsewhere', async () => {
    const { page, close } = await served.open('/welcome?mock=fresh')
    await page.getByRole('button', { name: 'Next' }).waitFor()
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByLabel('Link').fill(`magnet:?xt=urn:btih:${'ab'.repeat(20)}`)
    await page.getByLabel('Link').press('Enter')
    await page.getByRole('button', { name: /^Download/ }).click()
    await page.locator('[data-row]').first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    await close()
  })

  test('removing with files names the folder and the files before anything is deleted', async () => {
    const { page, complaints, close } = await served.open('/?mock&q=Tears')
    await page.locator('[data-row]').first().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Remove and delete files' }).click()
    const dialog = dialogOf(page)
    await dialog.getByText('/home/ana/Downloads/Tears of Steel (2012) 2160p').waitFor()
    await dialog.getByText('8 files').waitFor()
    await dialog.getByText(/\.mp4, .* and 2 more/).waitFor()
    expect(await findings(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.locator('[data-row] a', { hasText: 'Tears' }).waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  for (const { what, viewport } of [
    { what: 'a laptop', viewport: { width: 1280, height: 800 } },
    { what: 'a phone', viewport: { width: 360, height: 740 } },
  ])
    test(`sending a link and sealing on ${what}: axe finds nothing (on a laptop), and nothing is wider than the screen`, async () => {
      const { page, complaints, close } = await served.open('/?mock', { viewport })
      const sound = async () => {
        if (what === 'a laptop') expect(await findings(page)).toEqual([])
        const [wide, screen] = await page.evaluate(() => {
          const dialog = document.querySelector('[role=dialog]')
          return [Math.max(document.scrollingElement!.scrollWidth, dialog?.scrollWidth ?? 0), innerWidth]
        })
        expect(wide).toBeLessThanOrEqual(screen!)
      }
      await page.locator('[data-row]').first().click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Send the link' }).click()
      expect(await page.getByLabel('Link for browsers').inputValue()).toMatch(/\/share\/#s2/)
      await sound()
      await closeWithEscape(page)
      await page.getByRole('button', { name: /^Add/ }).first().click()
      await page.getByRole('tab', { name: 'Share' }).click()
      const file = { name: 'plans.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(200_000) }
      await page.setInputFiles('[data-role=share-files]', file)
      await page.getByLabel('Others find it by search').check()
      await page.getByLabel('License').selectOption('CC-BY-4.0')
      await sound()
      await page.getByLabel('Seal it').check()
      expect(await page.getByLabel('Others find it by search').count()).toBe(0)
      await page.getByLabel('Anyone with the link and a passphrase').check()
      await page.getByRole('textbox', { name: 'Passphrase' }).fill('green herring')
      await page.getByRole('button', { name: 'Seal and share' }).click()
      await page.getByText('too easy to guess').waitFor()
      await page.getByRole('button', { name: 'Suggest one' }).click()
      await page.getByText('Practically impossible to guess').waitFor()
      expect(await page.getByLabel('Repeat it').inputValue()).toMatch(/^(?:[a-z]+ ){5}[a-z]+$/)
      await page.getByRole('button', { name: 'Hide' }).click()
      expect(await page.getByLabel('Repeat it').getAttribute('type')).toBe('password')
      await page.getByLabel('Repeat it').fill('another')
      await page.getByRole('button', { name: 'Seal and share' }).click()
      await page.getByText('The passphrases do not match').waitFor()
      await sound()
      await page.getByLabel('Certain people only').check()
      await page.getByLabel('Their public keys').fill('age1nonsense')
      await page.getByRole('button', { name: 'Seal and share' }).click()
      await page.getByRole('alert').getByText('age1nonsense').waitFor()
      await sound()
      await page.getByRole('radio', { name: 'The key is part of the link.' }).check()
      await page.getByRole('button', { name: 'Seal and share' }).click()
      await page.locator('[role=dialog] :focus', { hasText: 'It is sealed and shared' }).waitFor()
      await sound()
      await closeWithEscape(page)
      await page.getByRole('button', { name: 'Link', exact: true }).click()
      await page.getByLabel('Link of the sealed share').waitFor()
      await closeWithEscape(page)
      await page.getByRole('button', { name: 'Dismiss' }).click()
      await page.getByRole('button', { name: 'Link', exact: true }).waitFor({ state: 'detached' })
      // The node keeps the link: it does not depend on the job.
      await page.locator('[data-row]').filter({ hasText: 'plans.pdf' }).click({ button: 'right' })
      await page.getByRole('menuitem', { name: 'Send the link' }).click()
      await page.getByLabel('Link of the sealed share').waitFor()
      expect(complaints).toEqual([])
      await close()
    })
})
