/** The console’s main path: a pasted magnet link, its files and its peers. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow, randomFile, sha256Of } from '../support/files.ts'
import { Libtorrent } from '../support/libtorrent.ts'
import { openConsole, seed, skipped, useConsole, withPeer } from './setup.ts'

const withNode = useConsole()

const MIB = 1024 * 1024

describe.skipIf(skipped)('the console of a real node: downloading', () => {
  test('downloads only the selected files of a pasted magnet link and shows their peers', async () => {
    await withNode(async scene => {
      await using seeder = await Libtorrent.start()
      const wanted = await randomFile(scene.dir.join('seed', 'Concert', 'encore.flac'), 6 * MIB, 1)
      await randomFile(scene.dir.join('seed', 'Concert', 'applause.flac'), 5 * MIB, 2)
      const { magnet, torrent } = await seed(scene, seeder, 'Concert')
      const { page, problems } = await openConsole(scene)
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByLabel('Link', { exact: true }).fill(withPeer(magnet, seeder))
      await page.getByRole('button', { name: 'Continue' }).click()
      const dialog = page.getByRole('dialog', { name: 'Add', exact: true })
      await dialog.getByRole('heading', { name: 'Concert', exact: true }).waitFor()
      await page.getByLabel('Download applause.flac').uncheck()
      await page.getByText('1 of 2 files', { exact: false }).first().waitFor()
      await torrent.limit({ upload: MIB / 4 })
      await page.getByRole('button', { name: /^Download \d/ }).click()
      await dialog.waitFor({ state: 'detached' })
      const row = page.locator('[data-row]', { hasText: 'Concert' })
      await row.getByText('Downloading').waitFor()
      await row
        .getByText(/\d+(\.\d+)? [kM]B\/s/)
        .first()
        .waitFor()
      await row.locator('a').first().click()
      // The notice that it was added is a heading of level 2.
      await page.getByRole('heading', { name: 'Concert', level: 1 }).waitFor()
      await page
        .getByText(/\d+ of \d+ pieces downloaded/)
        .first()
        .waitFor()
      await page.getByRole('tab', { name: /Peers/ }).click()
      await page
        .getByText(/libtorrent/i)
        .first()
        .waitFor()
      await torrent.limit({ upload: 0 })
      const done = await scene.node.whenTorrent(torrent.v1!, ({ state }) => state === 'seeding')
      expect(done).toMatchObject({ progress: 1, haveBytes: wanted.length, totalBytes: 11 * MIB })
      expect(await sha256Of(join(scene.node.downloads, 'Concert', 'encore.flac'))).toBe(wanted.sha256)
      const files = await filesBelow(scene.node.downloads)
      expect(files.filter(path => path.endsWith('applause.flac'))).toEqual([])
      expect(problems).toEqual([])
    })
  })
})
