/** The note of a torrent in the console of a real node, and on its command line. */
import { openConsole, useConsole } from '@shoal/interop/console/setup.ts'
import { missing } from '@shoal/interop/support/tools.ts'
import { findings } from '@shoal/web/e2e/testing/axe.ts'
import { describe, expect, test } from 'vitest'

const withNode = useConsole()
const ID = 'ab'.repeat(20)

describe.skipIf(missing('chromium-headless-shell'))('notes in the console', () => {
  test('a note is written, and one that changes elsewhere does not replace what is being typed', async () => {
    await withNode(async ({ node, browser }) => {
      await node.api.addTorrent({ source: `magnet:?xt=urn:btih:${ID}&dn=Harbour`, paused: true })
      const { page, problems } = await openConsole({ node, browser }, `/torrents/${ID}?tab=note`)
      const field = page.getByRole('textbox', { name: 'Your note on this torrent' })
      await field.fill('For Anna')
      await page.getByRole('button', { name: 'Save note' }).click()
      await page.getByText('Note saved').waitFor()
      expect(await node.api.getNote({ id: ID })).toMatchObject({ text: 'For Anna' })

      await node.api.putNote({ id: ID, text: 'For Ben' })
      await expect.poll(() => field.inputValue()).toBe('For Ben')
      await field.fill('For Carla')
      await node.api.putNote({ id: ID, text: 'For Dora' })
      await page.getByText('The note was changed elsewhere.').waitFor()
      expect(await field.inputValue()).toBe('For Carla')
      expect(await findings(page)).toEqual([])
      await page.getByRole('button', { name: 'Show that one' }).click()
      expect(await field.inputValue()).toBe('For Dora')
      expect(problems).toEqual([])
    })
  })

  test('the longest note that the settings allow is named in German', async () => {
    await withNode(async ({ node, browser }) => {
      await node.api.addTorrent({ source: `magnet:?xt=urn:btih:${ID}&dn=Hafen`, paused: true })
      await node.api.changeSettings({ notes: { maxCharacters: 5 } })
      const { page } = await openConsole({ node, browser }, `/torrents/${ID}?tab=note`, { locale: 'de-DE' })
      await page.getByRole('textbox', { name: 'Ihre Notiz zu diesem Torrent' }).fill('Für Anna')
      await page.getByRole('button', { name: 'Notiz speichern' }).click()
      await page.getByText('höchstens 5 Zeichen').waitFor()
      expect(await node.api.getNote({ id: ID })).toMatchObject({ text: '' })
    })
  })
})
