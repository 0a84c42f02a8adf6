/** The list of watch folders in the settings of a real node. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openConsole, useConsole } from '@shoal/interop/console/setup.ts'
import { screenshot } from '@shoal/interop/support/browser.ts'
import { missing } from '@shoal/interop/support/tools.ts'
import { findings } from '@shoal/web/e2e/testing/axe.ts'
import { describe, expect, test } from 'vitest'

const withNode = useConsole()

describe.skipIf(missing('chromium-headless-shell'))('watch folders in the console', () => {
  test('are added, changed and removed', async () => {
    await withNode(async ({ node, browser }) => {
      const { directory } = (await node.api.getSettings({})).downloads
      const folder = join(directory, 'torrents')
      await mkdir(folder, { recursive: true })
      const watched = async () => (await node.api.getSettings({})).automation.watch
      const { page, problems } = await openConsole({ node, browser }, '/settings#automation.watch')
      await page.getByText('No watch folders.').waitFor()
      await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(folder)
      await page.getByRole('button', { name: 'Watch a folder' }).click()
      const rule = page.getByRole('group', { name: folder })
      await rule.getByLabel('Add paused').check()
      await rule.getByLabel('Afterwards').selectOption('delete')
      await expect.poll(watched).toEqual([{ directory: folder, label: null, paused: true, action: 'delete' }])
      expect(await findings(page)).toEqual([])
      await screenshot(page, 'console-watch-folders')
      await page.getByRole('button', { name: `Stop watching ${folder}` }).click()
      await expect.poll(watched).toEqual([])
      expect(problems).toEqual([])
    })
  })
})
