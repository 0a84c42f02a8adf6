/**
 * The page of a share link that a real node serves, with its tracker and its content security
 * policy. The page downloads from that node.
 */
import { describe, expect, test } from 'vitest'
import { randomFile, tempDir } from './support/files.ts'
import { Node } from './support/node.ts'
import { useBrowser } from './support/page-tests.ts'
import { makeTorrent } from './support/shoal.ts'
import { missing } from './support/tools.ts'

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link at a node', () => {
  const browser = useBrowser()

  test('downloads a share of the node, and can add it in the node’s console', async () => {
    await using dir = await tempDir('page')
    await using node = await Node.start({ folder: dir.path })
    await randomFile(dir.join('downloads', 'harbour.bin'), 3_000_000)
    const announce = `${node.url.replace('http', 'ws')}/announce`
    const { torrent } = await makeTorrent(dir.join('downloads', 'harbour.bin'), dir.join('t', 'h.torrent'), {
      trackers: [[announce]],
    })
    const { torrent: added } = await node.api.addTorrent({ source: torrent })
    const { magnet } = await node.whenTorrent(added!.id, ({ progress }) => progress === 1)
    const { page: tab, problems, context } = await browser.open(`${node.url}/share/#${magnet}`)
    await tab.getByRole('button', { name: 'Download 3.00 MB' }).click()
    await tab.getByText('Complete and verified').waitFor()
    await tab.getByLabel('Address of your node').fill(node.url)
    const opening = context.waitForEvent('page')
    await tab.getByRole('button', { name: 'Add to node' }).click()
    expect(new URL((await opening).url()).search).toBe('')
    expect(problems).toEqual([])
  })
})
