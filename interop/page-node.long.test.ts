/**
 * The page of a share link that a real node serves, with its tracker and its content security
 * policy. The page downloads from that node.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomFile, type TempDir, tempDir } from './support/files.ts'
import { Node } from './support/node.ts'
import { useBrowser } from './support/page-tests.ts'
import { Seeder } from './support/seeder.ts'
import { missing } from './support/tools.ts'

describe.skipIf(missing('chromium-headless-shell'))('the page of a share link at a node', () => {
  const browser = useBrowser()

  let dir: TempDir
  let node: Node
  beforeAll(async () => {
    dir = await tempDir('page')
    node = await Node.start({ folder: dir.path })
  })
  afterAll(async () => {
    await node?.stop()
    await dir?.remove()
  })

  test('a sealed share is added in the console with its key', async () => {
    const { path } = await randomFile(dir.join('downloads', 'harbour.bin'), 300_000)
    const { link } = await node.ended(await node.api.createTorrent({ path, seal: { by: 'key' } }))
    const localStorage = { 'shoal.welcomed': 'yes' }
    const { page: tab, context } = await browser.open(`${node.url}/#token=${node.token}`, { localStorage })
    await tab.getByText('harbour.bin').first().waitFor()
    // Under another name of this machine the user is not logged in, so the console asks for
    // confirmation.
    await tab.goto(`${node.url.replace('127.0.0.1', 'localhost')}/share/${link!.slice(link!.indexOf('#'))}`)
    await tab.getByRole('button', { name: 'Save harbour.bin' }).waitFor()
    await tab.getByLabel('Address of your node').fill(node.url)
    const opening = context.waitForEvent('page')
    await tab.getByRole('button', { name: 'Add to node' }).click()
    const dialog = (await opening).getByRole('dialog')
    await dialog.getByText('When the download is complete, the node opens it').waitFor()
  })

  test('a user who is logged in to the node that serves the page adds a share with one click', async () => {
    await using other = await Seeder.start()
    const { path } = await randomFile(dir.join('theirs', 'theirs.bin'), 3_000_000)
    const { magnet } = await other.seed(path, [`${node.url.replace('http', 'ws')}/announce`])
    const localStorage = { 'shoal.welcomed': 'yes' }
    const { page: tab, problems } = await browser.open(`${node.url}/#token=${node.token}`, { localStorage })
    await tab.getByRole('heading', { level: 1 }).first().waitFor()
    await tab.goto(`${node.url}/share/#${magnet}`)
    await tab.getByRole('button', { name: 'Download 3.00 MB' }).waitFor()
    expect(await tab.getByLabel('Address of your node').inputValue()).toBe(node.url)
    await tab.getByRole('button', { name: 'Add to node' }).click()
    await tab.getByRole('link', { name: 'Added to your node' }).click()
    await tab.getByText('theirs.bin').first().waitFor()
    const { items } = await node.api.listTorrents({})
    const added = items.find(({ name }) => name === 'theirs.bin')
    await node.whenTorrent(added!.id, ({ progress }) => progress === 1)
    expect(problems).toEqual([])
  })
})
