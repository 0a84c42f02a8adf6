import { join } from 'node:path'
import { limitMs } from '@shoal/testing'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { closeWithEscape } from '../../apps/web/e2e/testing/overlays.ts'
import { dragging } from '../support/drag.ts'
import { difference, randomTree } from '../support/files.ts'
import { Libtorrent } from '../support/libtorrent.ts'
import { Opentracker } from '../support/opentracker.ts'
import { missing } from '../support/tools.ts'
import { openConsole, skipped, useSharedNode } from './setup.ts'

const withNode = useSharedNode()

const MIB = 1024 * 1024

describe.skipIf(skipped ?? missing('opentracker'))('the console of a real node: dropping', () => {
  test('a dropped folder is uploaded, shared and found by libtorrent through the tracker of its link', async () => {
    await withNode(async ({ node, browser, dir }) => {
      await using tracker = await Opentracker.start()
      const trip = dir.join('trip', 'Harbour trip')
      await randomTree(trip, { 'day 1/gulls.jpg': 5 * MIB, 'day 1/ferry.mp4': 6 * MIB, 'notes.txt': 700 })
      const { page, problems } = await openConsole({ node, browser })
      await page.getByRole('button', { name: 'Add', exact: true }).waitFor()
      await slowUploads(page, 4 * MIB)
      await drop(page, [trip])
      await page.getByText('Harbour trip, 3 files', { exact: false }).waitFor()
      await page.locator('summary', { hasText: 'More' }).click()
      await page.getByRole('textbox', { name: 'Trackers' }).fill(tracker.http)
      await page.getByRole('button', { name: 'Share', exact: true }).click()
      await page.getByText(/Sending \d.* of 11\.5 MB/).waitFor()
      const link = page.getByRole('textbox', { name: 'Magnet link' })
      await link.waitFor()
      const magnet = await link.inputValue()
      await closeWithEscape(page)
      await page.locator('[data-row] a', { hasText: 'Harbour trip' }).click()
      await page.getByRole('tab', { name: 'Trackers' }).click()
      const trackerRow = page.getByRole('row', { name: tracker.http })
      // Debian's opentracker serves only listed info hashes.
      await trackerRow.getByText('Failed').waitFor()
      const { infoHashV1, infoHashV2 } = (await node.api.listTorrents({})).items[0]!
      await tracker.allow(infoHashV1!, infoHashV2!)
      await page.getByRole('button', { name: 'Ask now' }).click()
      await trackerRow.getByText('Working').waitFor()

      await using peer = await Libtorrent.start()
      const torrent = await peer.add({ magnet, savePath: dir.join('theirs') })
      await torrent.done()
      await torrent.flushed()
      expect(await difference(trip, join(dir.join('theirs'), 'Harbour trip'))).toBeNull()
      expect(problems).toEqual([])
    })
  })

  test('a dropped .torrent is previewed, not shared', async () => {
    await withNode(async ({ node, browser, dir }) => {
      await randomTree(dir.join('seed', 'Concert'), { 'encore.flac': 3 * MIB, 'cover.jpg': MIB })
      await using seeder = await Libtorrent.start()
      await seeder.create(dir.join('seed', 'Concert'), dir.join('concert.torrent'))
      const seed = await seeder.add({ torrent: dir.join('concert.torrent'), savePath: dir.join('seed') })
      const { page, problems } = await openConsole({ node, browser })
      await page.getByRole('button', { name: 'Add', exact: true }).waitFor()
      await drop(page, [dir.join('concert.torrent')])
      const dialog = page.getByRole('dialog', { name: 'Add', exact: true })
      await dialog.getByRole('heading', { name: 'Concert', exact: true }).waitFor()
      await page.getByRole('button', { name: /^Download \d/ }).click()
      await page.locator('[data-row] a', { hasText: 'Concert' }).click()
      await page.getByRole('tab', { name: /Peers/ }).click()
      await page.getByRole('button', { name: 'Add a peer' }).click()
      await page.getByLabel('Addresses').fill(`127.0.0.1:${seeder.port}`)
      await page.getByRole('button', { name: 'Connect', exact: true }).click()
      await node.whenTorrent(seed.v1!, ({ state }) => state === 'seeding')
      expect(await difference(dir.join('seed', 'Concert'), join(node.downloads, 'Concert'))).toBeNull()
      expect(problems).toEqual([])
    })
  })
})

/** Drops files and folders of this machine onto the middle of the page, like a user. */
function drop(page: Page, files: readonly string[]): Promise<void> {
  const { width, height } = page.viewportSize()!
  const zone = page.getByText('Drop to add')
  return dragging(page, { x: width / 2, y: height / 2 }, files, async drag => {
    // A user waits until the page accepts the drag, because it may still be starting.
    const isDropped = async () => {
      await drag.enter()
      if (!(await zone.isVisible())) return false
      await drag.drop()
      return zone.waitFor({ state: 'hidden', timeout: limitMs(2) }).then(
        () => true,
        () => false,
      )
    }
    await expect.poll(isDropped).toBe(true)
  })
}

/** Slows down the upload, which would otherwise end before its progress is visible. */
async function slowUploads(page: Page, bytesPerSecond: number): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  })
}
