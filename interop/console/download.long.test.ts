import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { randomFile, sha256Of } from '../support/files.ts'
import { Libtorrent } from '../support/libtorrent.ts'
import { NodeProcess } from '../support/node.ts'
import { openConsole, seed, skipped, useConsole, withPeer } from './setup.ts'

const withNode = useConsole(NodeProcess.start)

const MIB = 1024 * 1024

describe.skipIf(skipped)('the console of a real node: downloading', () => {
  test('stays paused after a restart of the node and completes once resumed', async () => {
    await withNode(async scene => {
      const { node } = scene
      await using seeder = await Libtorrent.start()
      await randomFile(scene.dir.join('seed', 'film.bin'), 24 * MIB)
      const { magnet, torrent } = await seed(scene, seeder, 'film.bin')
      await torrent.limit({ upload: MIB })
      const { page, problems } = await openConsole(scene)
      await node.api.addTorrent({ source: magnet, peers: [`127.0.0.1:${seeder.port}`] })
      const row = page.locator('[data-row]', { hasText: 'film.bin' })
      await row.locator('a').first().click()
      await node.whenTorrent(torrent.v1!, ({ progress }) => progress > 0.1)
      await page.getByRole('button', { name: 'Pause', exact: true }).click()
      await page.getByRole('button', { name: 'Resume', exact: true }).waitFor()
      await node.stop()
      await offlineMessage(page).waitFor()
      await using again = await node.startAgain()
      await page.getByText('The node is back').first().waitFor()
      await page.getByText('Paused').first().waitFor()
      expect(await again.api.getTorrent({ id: torrent.v1! })).toMatchObject({ state: 'paused' })
      await torrent.limit({ upload: 0 })
      await page.getByRole('button', { name: 'Resume', exact: true }).click()
      // A paused torrent accepts no peers.
      await again.whenTorrent(torrent.v1!, ({ state }) => state === 'downloading')
      await again.api.addPeers({ id: torrent.v1!, addresses: [`127.0.0.1:${seeder.port}`] })
      await page.getByText('Seeding').first().waitFor()
      // While the node was down, requests failed; the page may report nothing else.
      expect(problems.filter(problem => !/Failed to load|ERR_|WebSocket/.test(problem))).toEqual([])
    })
  })

  test('reports a node that was killed during a download, and continues when it is back', async () => {
    await withNode(async scene => {
      const { node } = scene
      await using seeder = await Libtorrent.start()
      const film = await randomFile(scene.dir.join('seed', 'film.bin'), 32 * MIB)
      const { magnet, torrent } = await seed(scene, seeder, 'film.bin')
      await torrent.limit({ upload: 2 * MIB })
      const { page } = await openConsole(scene)
      await node.api.addTorrent({ source: withPeer(magnet, seeder) })
      const row = page.locator('[data-row]', { hasText: 'film.bin' })
      await row.getByText('Downloading').waitFor()
      await node.whenTorrent(torrent.v1!, ({ progress }) => progress > 0.3)
      await node.kill()
      await offlineMessage(page).waitFor()
      await torrent.limit({ upload: 0 })
      await using again = await node.startAgain()
      await page.getByText('The node is back').first().waitFor()
      await again.api.addPeers({ id: torrent.v1!, addresses: [`127.0.0.1:${seeder.port}`] })
      await row.getByText('Seeding').waitFor()
      expect(await sha256Of(join(again.downloads, 'film.bin'))).toBe(film.sha256)
    })
  })
})

/**
 * Finds the message that the page shows while the node is down. The page may also report that a
 * request failed.
 */
function offlineMessage(page: Page) {
  return page.getByRole('status').getByText('The node is not responding.', { exact: true })
}
