import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { randomFile, sha256Of } from '../support/files.ts'
import { Libtorrent } from '../support/libtorrent.ts'
import { openConsole, type Scene, skipped, useSharedNode } from './setup.ts'

const withNode = useSharedNode()

const MIB = 1024 * 1024

describe.skipIf(skipped)('the console of a real node: sharing', () => {
  test('the first-run guide shares a file, which libtorrent downloads by the link on the page', async () => {
    await withNode(async scene => {
      const photo = await randomFile(scene.dir.join('photo.jpg'), 3 * MIB)
      const { page, problems } = await scene.browser.open(`${scene.node.url}/#token=${scene.node.token}`)
      await page.getByRole('heading', { name: 'Where should downloads go?' }).waitFor()
      expect(page.url()).not.toContain('token')
      await page.getByRole('button', { name: 'Next' }).click()
      await page.getByRole('button', { name: 'Next' }).click()
      await page.getByRole('button', { name: 'Share something' }).click()
      await page.setInputFiles('[data-role=share-files]', photo.path)
      await page.getByRole('button', { name: 'Share', exact: true }).click()
      await page.getByRole('heading', { name: 'You are sharing' }).waitFor()
      const magnet = await page.getByRole('textbox', { name: 'Magnet link' }).inputValue()
      expect(await page.getByRole('img', { name: /QR code/ }).count()).toBe(0)
      expect(await downloadWithLibtorrent(scene, magnet, 'photo.jpg')).toBe(photo.sha256)
      await page.getByRole('button', { name: 'To my torrents' }).click()
      await page.locator('[data-row] a', { hasText: 'photo.jpg' }).waitFor()
      expect(problems).toEqual([])
    })
  })

  test('shares a folder of the node’s machine as one torrent', async () => {
    await withNode(async scene => {
      const folder = join(scene.node.downloads, 'Harbour photos')
      await mkdir(folder, { recursive: true })
      const photo = await randomFile(join(folder, 'gulls.jpg'), 2 * MIB)
      await writeFile(join(folder, 'notes.txt'), 'Gulls, mostly.')
      const { page, problems } = await openConsole(scene)
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByRole('tab', { name: 'Share' }).click()
      await page.getByRole('button', { name: /node’s machine/ }).click()
      const chooser = page.getByRole('dialog', { name: /Choose a file or folder/ })
      const entry = chooser.getByText('Harbour photos')
      await entry.waitFor()
      // Until the node has responded, the previous folder is shown, which must not be shared.
      const answer = Promise.withResolvers<void>()
      await page.route(/\/api\/folders/, async route => {
        await answer.promise
        await route.continue()
      })
      await entry.click()
      const choose = chooser.getByRole('button', { name: /Choose (this folder|Harbour photos)/ })
      await expect.poll(() => choose.isEnabled()).toBe(false)
      answer.resolve()
      await choose.click()
      await page.getByRole('button', { name: 'Share', exact: true }).click()
      const link = page.getByRole('textbox', { name: 'Magnet link' })
      await link.waitFor()
      expect(await downloadWithLibtorrent(scene, await link.inputValue(), 'Harbour photos/gulls.jpg')).toBe(
        photo.sha256,
      )
      expect(problems).toEqual([])
    })
  })
})

/** Downloads the link with libtorrent and returns the SHA-256 of the file. */
async function downloadWithLibtorrent({ dir, node }: Scene, magnet: string, file: string): Promise<string> {
  await using peer = await Libtorrent.start()
  await mkdir(dir.join('theirs'), { recursive: true })
  const torrent = await peer.add({ magnet, savePath: dir.join('theirs') })
  await torrent.connect(await node.peerPort())
  await torrent.done()
  await torrent.flushed()
  return await sha256Of(dir.join('theirs', file))
}
