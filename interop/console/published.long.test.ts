/** Published links in the console of a real node, over a DHT on loopback. */
import { readFile, writeFile } from 'node:fs/promises'
import { KeyPair, readKeyFile, writeKeyFile } from '@shoal/identity'
import { publishedLink, signVersion } from '@shoal/links'
import { limitMs, until } from '@shoal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings } from '../../apps/web/e2e/testing/axe.ts'
import { dialogOf } from '../../apps/web/e2e/testing/dialog.ts'
import { randomFile, tempDir } from '../support/files.ts'
import { Node } from '../support/node.ts'
import { NpmDht } from '../support/npm-dht.ts'
import { useBrowser } from '../support/page-tests.ts'
import { missing } from '../support/tools.ts'
import { openConsole, type Scene } from './setup.ts'

const PASSPHRASE = 'a passphrase'
const owner = KeyPair.generate()

/** Shares a file of this name. Returns its v1 info hash. */
async function share(node: Node, name: string): Promise<string> {
  const { path } = await randomFile(`${node.downloads}/${name}`, 50_000)
  const { torrent } = await node.ended(await node.api.createTorrent({ path }))
  return torrent!
}

const shortId = async (node: Node, id: string) => (await node.api.getTorrent({ id })).infoHashV1!

describe.skipIf(missing('chromium-headless-shell'))('the console of a real node: published links', () => {
  const browser = useBrowser()
  // Two nodes, which know each other through the DHT.
  const stack = new AsyncDisposableStack()
  let scene: Scene
  let other: Node
  beforeAll(async () => {
    const dir = stack.use(await tempDir('published'))
    const dht = stack.use(await NpmDht.start())
    const args = ['--set', 'network.dht=true', '--dht-node', `127.0.0.1:${dht.port}`]
    const node = stack.use(await Node.start({ folder: dir.path, args }))
    other = stack.use(await Node.start({ folder: dir.join('other'), args }))
    for (const { api } of [node, other])
      await until('a node knows the other', async () => ((await api.getStats({})).dhtNodes ?? 0) >= 2, {
        timeoutMs: limitMs(90),
      })
    scene = { dir, node, browser }
  })
  afterAll(() => stack.disposeAsync())

  test('publishes a link and its next version with a key that the node never gets', async () => {
    const [one, two] = [await share(scene.node, 'one.bin'), await share(scene.node, 'two.bin')]
    const key = scene.dir.join('key.age')
    await writeFile(key, await writeKeyFile(owner, PASSPHRASE, { workFactor: 10 }))
    const { page, problems, context } = await openConsole(scene, '/published')
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const dialog = dialogOf(page)
    const publish = async (torrent: string, passphrase = PASSPHRASE) => {
      await dialog.getByLabel('Torrent').selectOption({ label: torrent })
      await dialog.getByLabel('Or choose your key file').setInputFiles(key)
      await dialog.getByLabel('Passphrase of the key').fill(passphrase)
      await dialog.getByRole('button', { name: 'Publish', exact: true }).click()
    }
    await page.getByRole('button', { name: 'Publish' }).click()
    await dialog.getByLabel('Name').fill('recordings')
    await publish('one.bin', 'wrong')
    await dialog
      .getByRole('alert')
      .getByText(/passphrase/i)
      .waitFor()
    await publish('one.bin')
    await dialog.waitFor({ state: 'detached' })
    await page.getByText(/^Version 1 · on \d+ nodes?, /).waitFor()
    await page.getByRole('link', { name: 'one.bin' }).waitFor()
    await page.getByRole('button', { name: 'Copy link' }).click()
    await page.getByText('Copied').waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    expect(link).toBe(publishedLink(owner, 'recordings'))
    expect(await other.api.findPublished({ link })).toEqual({
      version: '1',
      infoHash: await shortId(scene.node, one),
    })

    await page.getByRole('button', { name: 'Publish a new version' }).click()
    expect(await dialog.getByLabel('Name').isDisabled()).toBe(true)
    await publish('two.bin')
    await page.getByText(/^Version 2 · on /).waitFor()
    expect(await other.api.findPublished({ link })).toEqual({
      version: '2',
      infoHash: await shortId(scene.node, two),
    })

    await page.getByRole('button', { name: 'Stop publishing: recordings' }).click()
    await dialog.getByRole('button', { name: 'Stop publishing' }).click()
    await page.getByText('No published links yet').waitFor()
    expect((await scene.node.api.listPublications({})).items).toEqual([])
    expect(problems).toEqual([])
  })

  test('makes a key in the page, which the browser keeps, and publishes with it', async () => {
    await share(scene.node, 'made.bin')
    const { page, problems } = await openConsole(scene, '/published')
    const dialog = dialogOf(page)
    const sent: string[] = []
    page.on('request', request => sent.push(request.postData() ?? ''))
    await page.getByRole('button', { name: 'Publish' }).click()
    await dialog.getByLabel('Name').fill('made')
    await dialog.getByLabel('Torrent').selectOption({ label: 'made.bin' })
    await dialog.getByRole('button', { name: 'Make a key' }).click()
    const making = page.getByRole('dialog', { name: 'Make a key' })
    await making.getByLabel('Passphrase for the key file').fill('abc')
    await making.getByLabel('Repeat the passphrase').fill('abc')
    await making.getByRole('button', { name: 'Make the key' }).click()
    await making.getByText('This is too easy to guess', { exact: false }).waitFor()
    await making.getByRole('button', { name: 'Suggest one' }).click()
    await expect.poll(() => making.getByLabel('Passphrase for the key file').inputValue()).toContain(' ')
    const passphrase = await making.getByLabel('Passphrase for the key file').inputValue()
    await making.getByRole('button', { name: 'Make the key' }).click()
    await making.getByText('This browser keeps it, encrypted', { exact: false }).waitFor()
    // The file is saved first.
    expect(await making.getByRole('button', { name: 'Continue' }).isDisabled()).toBe(true)
    expect(await findings(page)).toEqual([])
    const downloading = page.waitForEvent('download')
    await making.getByRole('link', { name: 'Save identity.age' }).click()
    const saved = await readFile(await (await downloading).path())
    const pair = await readKeyFile(saved, passphrase)
    await making.getByRole('button', { name: 'Continue' }).click()
    await making.waitFor({ state: 'detached' })
    // Nothing else has to be entered, and the earlier input is kept.
    await dialog.getByText(pair.did).waitFor()
    await dialog.getByRole('button', { name: 'Publish', exact: true }).click()
    await page.getByText(/^Version 1 · on \d+ nodes?, /).waitFor()
    const [publication] = (await scene.node.api.listPublications({})).items
    expect(publication!.link).toBe(publishedLink(pair, 'made'))

    await page.reload()
    await page.getByRole('button', { name: 'Publish a new version' }).click()
    await dialog.getByText(pair.did).waitFor()
    expect(await findings(page)).toEqual([])
    await dialog.getByLabel('Passphrase of the key').fill('another one')
    await dialog.getByRole('button', { name: 'Publish', exact: true }).click()
    await dialog
      .getByRole('alert')
      .getByText(/passphrase/i)
      .waitFor()
    await dialog.getByLabel('Passphrase of the key').fill(passphrase)
    await dialog.getByRole('button', { name: 'Publish', exact: true }).click()
    await page.getByText(/^Version 1 · on /).waitFor()
    await dialog.waitFor({ state: 'detached' })
    const seed = Buffer.from(pair.exportSecret().seed)
    const secrets = [passphrase, seed.toString('base64url'), saved.toString('base64')]
    expect(sent.filter(body => secrets.some(secret => body.includes(secret)))).toEqual([])

    await page.getByRole('button', { name: 'Publish a new version' }).click()
    await dialog.getByRole('button', { name: 'Forget it here' }).click()
    await page.getByRole('button', { name: 'Forget the key' }).click()
    await dialog.getByRole('button', { name: 'Make a key' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Stop publishing: made' }).click()
    await dialog.getByRole('button', { name: 'Stop publishing' }).click()
    await page.getByText('No published links yet').waitFor()
    expect(problems).toEqual([])
  })

  test('follows a link, shows each version and what went wrong, and unfollows it', async () => {
    const link = publishedLink(owner, 'films')
    const publish = async (version: number, name: string) => {
      const infoHash = await shortId(other, await share(other, name))
      const signature = signVersion(owner, 'films', infoHash, BigInt(version))
      await other.api.publish({ name: 'films', link, infoHash, version: String(version), signature })
    }
    const { page, problems } = await openConsole(scene, '/published')
    const dialog = dialogOf(page)
    await page.getByRole('button', { name: 'Follow a link' }).click()
    await dialog.getByLabel('Link').fill('magnet:?xs=urn:btpk:00')
    await dialog.getByRole('button', { name: 'Follow a link' }).click()
    await dialog.getByRole('alert').waitFor()
    await dialog.getByLabel('Link').fill(link)
    await dialog.getByLabel('Name').fill('films')
    await dialog.getByText('Keep the latest').click()
    await dialog.getByRole('button', { name: 'Follow a link' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText(/No version yet · Checked .* · every 1h · keeps the latest version/).waitFor()
    await page.getByRole('note').getByText('The DHT has no version of this link').waitFor()

    const check = page.getByRole('button', { name: 'Check now' })
    await publish(1, 'first.bin')
    await check.click()
    await page.getByText(/^Version 1, .* · Checked /).waitFor()
    expect(await page.getByRole('note').count()).toBe(0)
    await page.getByRole('link', { name: 'first.bin' }).waitFor()
    await publish(2, 'second.bin')
    await check.click()
    await page.getByText(/^Version 2, /).waitFor()
    await page.getByRole('link', { name: 'second.bin' }).waitFor()

    await page.getByRole('button', { name: 'Unfollow: films' }).click()
    await dialog.getByRole('button', { name: 'Unfollow' }).click()
    await page.getByText('No published links yet').waitFor()
    expect((await scene.node.api.listFollowed({})).items).toEqual([])
    // Those of the other tests, and the latest version.
    const names = (await scene.node.api.listTorrents({})).items.map(({ name }) => name)
    expect(names.sort()).toEqual(['made.bin', 'one.bin', 'second.bin', 'two.bin'])
    // The response to the wrong link was 400, which the browser reports.
    expect(problems.filter(problem => !problem.includes('400'))).toEqual([])
  })
})
