import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { scrollList } from '../../apps/web/e2e/testing/frames.ts'
import { makeSmallTorrents } from '../support/small-torrents.ts'
import { openConsole, skipped, useConsole } from './setup.ts'

const withNode = useConsole()

/**
 * The simulated node has 5,000: adding one to a real node takes ten milliseconds of processor time.
 */
const TORRENTS = 500
const ADD_AT_ONCE = 50

describe.skipIf(skipped)('the console of a real node: layout', () => {
  test('500 torrents of a real node scroll with only the visible rows rendered', async () => {
    await withNode(async scene => {
      const paths = await makeSmallTorrents(scene.dir, TORRENTS)
      const add = async (path: string) => {
        const torrent = (await readFile(path)).toString('base64')
        await scene.node.api.addTorrent({ torrent, trusted: true })
      }
      while (paths.length > 0) await Promise.all(paths.splice(-ADD_AT_ONCE).map(add))
      const { page, problems } = await openConsole(scene)
      await page.getByText('500 torrents').waitFor()
      const { perSecond, mostRows } = await scrollList(page, 2)
      console.log(`scrolling ${TORRENTS} torrents of a real node: ${perSecond.toFixed(0)} frames per second`)
      expect(mostRows).toBeLessThan(80)
      await page.locator('[data-row]').last().waitFor()
      expect(problems).toEqual([])
    })
  })
})
