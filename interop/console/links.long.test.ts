/**
 * Links from the console of a real node: another browser opens them and downloads from that node.
 */
import { readFile } from 'node:fs/promises'
import { formatShareLink, parseShareLink } from '@shoal/links'
import { until } from '@shoal/testing'
import { formatMagnet, parseMagnet } from '@shoal/torrent'
import { describe, expect, test } from 'vitest'
import { closeWithEscape } from '../../apps/web/e2e/testing/overlays.ts'
import { blobSource, OpenedShare } from '../../packages/sealed/src/index.ts'
import type { BrowserPage } from '../support/browser.ts'
import { randomFile, tempDir } from '../support/files.ts'
import { NOTES, sealFiles } from '../support/sealed-shares.ts'
import { makeTorrent, Shoal } from '../support/shoal.ts'
import { missing } from '../support/tools.ts'
import { openConsole, type Scene, saveAndHash, useSharedNode } from './setup.ts'

const withNode = useSharedNode('--allowed-host', 'node.example')

describe.skipIf(missing('chromium-headless-shell'))('the console of a real node: links', () => {
  test('explains which content IDs are understood when one of IPFS is pasted', async () => {
    await withNode(async scene => {
      const { page, problems } = await openConsole(scene)
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page
        .getByLabel('Link', { exact: true })
        .fill('bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi')
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByText('This is a content ID of IPFS, which names no torrent').waitFor()
      await page.getByText('they begin with baf5rei (v2) or baf5rcf (v1)', { exact: false }).waitFor()
      expect((await scene.node.api.listTorrents({ limit: 1 })).total).toBe(0)
      // Chromium logs the response; there were no other errors.
      expect(problems).toEqual([expect.stringContaining('400 (Bad Request)')])
    })
  })

  test('“Send the link” shows a link that works in another browser', async () => {
    await withNode(async scene => {
      const { path, sha256 } = await randomFile(scene.dir.join('downloads', 'harbour.bin'), 3_000_000)
      await scene.node.ended(await scene.node.api.createTorrent({ path }))
      const { page, problems } = await openConsole(scene)
      await page.locator('[data-row] a', { hasText: 'harbour.bin' }).click()
      await page.getByRole('button', { name: 'Send the link' }).click()
      const link = await page.getByLabel('Link for browsers').inputValue()
      expect(link.startsWith(`${scene.node.url}/share/#s2`)).toBe(true)
      // No other machine could open it.
      expect(await page.getByRole('img', { name: 'QR code of the link' }).count()).toBe(0)
      await page.getByText('This link works on this machine only').waitFor()
      expect(await page.getByLabel('Magnet link').inputValue()).toMatch(/^magnet:/)
      const { page: tab, ...other } = await scene.browser.open(link)
      await tab.getByRole('button', { name: 'Download 3.00 MB' }).click()
      await tab.getByText('Complete and verified').waitFor()
      expect(await saveAndHash(tab, 'harbour.bin')).toBe(sha256)
      expect([...problems, ...other.problems]).toEqual([])
    })
  })

  test('a share sealed in the form opens in another browser by its link, which alone reveals its name', async () => {
    await withNode(async scene => {
      const { page, problems } = await chooseFileToSeal(scene, 'plans.txt')
      await page.getByRole('button', { name: 'Seal and share' }).click()
      await page.getByText('It is sealed and shared').waitFor()
      const link = await page.getByLabel('Link of the sealed share').inputValue()
      expect(parseShareLink(link)).toMatchObject({ seal: { by: 'key' }, magnet: { name: 'sealed.age' } })
      await closeWithEscape(page)
      await page
        .locator('[data-row]', { hasText: 'plans.txt' })
        .getByText('Sealed')
        .waitFor({ state: 'attached' })
      const other = await openLink(scene, link)
      expect([...problems, ...other.problems]).toEqual([])
      // The node keeps the link after the job is deleted.
      await page.getByRole('button', { name: 'Link', exact: true }).click()
      expect(await page.getByLabel('Link of the sealed share').inputValue()).toBe(link)
      await closeWithEscape(page)
      await page.getByRole('button', { name: 'Dismiss' }).click()
      await page.locator('[data-row] a', { hasText: 'plans.txt' }).click()
      await page.getByRole('button', { name: 'Send the link' }).click()
      expect(await page.getByLabel('Link of the sealed share').inputValue()).toBe(link)
    })
  })

  test('sealing with a passphrase asks for it twice, and the link opens with it', async () => {
    await withNode(async scene => {
      const { page, problems } = await chooseFileToSeal(scene, 'letter.txt')
      await page.getByLabel('Anyone with the link and a passphrase').check()
      await page.getByRole('textbox', { name: 'Passphrase' }).fill('rex')
      await page.getByText('Easy to guess').waitFor()
      await page.getByRole('textbox', { name: 'Passphrase' }).fill('green herring lamp boat stone wind')
      await page.getByText('Practically impossible to guess').waitFor()
      await page.getByLabel('Repeat it').fill('green herring')
      await page.getByRole('button', { name: 'Seal and share' }).click()
      await page.getByText('The passphrases do not match').waitFor()
      await page.getByLabel('Repeat it').fill('green herring lamp boat stone wind')
      await page.getByRole('button', { name: 'Seal and share' }).click()
      const link = page.getByLabel('Link of the sealed share')
      await link.waitFor()
      // The tests of the share page open such links.
      const { magnet, seal } = parseShareLink(await link.inputValue())
      expect(seal).toEqual({ by: 'passphrase' })
      await using dir = await tempDir('receiver')
      await using receiver = await Shoal.open()
      const peers = [`127.0.0.1:${await scene.node.peerPort()}`]
      await receiver.get(formatMagnet(magnet), { directory: dir.path, peers })
      const sealed = blobSource(new Blob([await readFile(dir.join('sealed.age'))]))
      const share = await OpenedShare.open(sealed, { passphrase: 'green herring lamp boat stone wind' })
      const file = await share.file(['letter.txt'])
      expect(new TextDecoder().decode(await file.read(0, file.lengthBytes))).toBe(NOTES)
      expect(problems).toEqual([])
    })
  })

  test('a link to a share sealed with a passphrase is added and opened in the console', async () => {
    await withNode(async scene => {
      await using dir = await tempDir('sender')
      await using sender = await Shoal.open()
      const passphrase = 'green herring lamp boat stone wind'
      // Another test covers the cost of real passphrases.
      const { path } = await sealFiles(dir, { by: 'passphrase', passphrase, workFactor: 10 })
      const made = await makeTorrent(path, dir.join('sealed.torrent'))
      await sender.get(made.torrent, { directory: dir.path })
      const magnet = parseMagnet(made.magnet)
      const link = formatShareLink(`${scene.node.url}/share/`, { magnet, seal: { by: 'passphrase' } })
      const { page, problems } = await openConsole(scene)
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByLabel('Link').fill(link)
      await page.locator('summary', { hasText: 'More' }).click()
      await page.getByLabel('Peers').fill(sender.address)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('heading', { name: 'A sealed share' }).waitFor()
      await page.getByLabel('Passphrase').fill(passphrase)
      await page.getByRole('button', { name: /^Download/ }).click()
      const { api } = scene.node
      const job = await until('the share is being opened', async () =>
        (await api.listJobs({})).items.find(({ kind }) => kind === 'unseal'),
      )
      await scene.node.ended(job)
      expect(await readFile(scene.dir.join('downloads', 'Plans', 'notes.txt'), 'utf8')).toBe(NOTES)
      expect(problems).toEqual([])
    })
  })

  test('reports a wrong public key immediately and seals to a correct one', async () => {
    await withNode(async scene => {
      const { page, problems } = await chooseFileToSeal(scene, 'list.txt')
      await page.getByLabel('Certain people only').check()
      const keys = page.getByLabel('Their public keys')
      await keys.fill('age1nonsense')
      await page.getByRole('button', { name: 'Seal and share' }).click()
      await page.getByRole('alert').getByText('age1nonsense').waitFor()
      await keys.fill('did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK')
      await page.getByRole('button', { name: 'Seal and share' }).click()
      await page.getByText('The owners of the keys can open it').waitFor()
      const link = await page.getByLabel('Link of the sealed share').inputValue()
      expect(parseShareLink(link).seal).toEqual({ by: 'recipient' })
      expect(problems).toEqual([])
    })
  })

  // Last, because it changes the address in all links.
  test('the link uses the public address, without a note that it works only on this machine', async () => {
    await withNode(async scene => {
      const { path } = await randomFile(scene.dir.join('downloads', 'pier.bin'), 100_000)
      await scene.node.api.changeSettings({ network: { publicUrl: 'https://node.example' } })
      const { torrent } = await scene.node.ended(await scene.node.api.createTorrent({ path }))
      const { page } = await openConsole(scene, `/torrents/${torrent}`)
      await page.getByRole('button', { name: 'Send the link' }).click()
      const link = await page.getByLabel('Link for browsers').inputValue()
      expect(link).toMatch(/^https:\/\/node\.example\/share\/#s2/)
      // The page queries the tracker of its host, and so does `shoal get`.
      expect(parseShareLink(link).magnet.trackers).toEqual([])
      expect(link.length).toBeLessThan(140)
      expect(await page.getByText('on this machine only').count()).toBe(0)
      await page.getByText('This link works for everyone').waitFor()
      await page.getByText('No test has reached the public address').waitFor()
    })
  })
})

/** Opens the console and chooses a file with notes to seal. */
async function chooseFileToSeal(scene: Scene, name: string): Promise<BrowserPage> {
  const opened = await openConsole(scene)
  const { page } = opened
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('tab', { name: 'Share' }).click()
  const file = { name, mimeType: 'text/plain', buffer: Buffer.from(NOTES) }
  await page.setInputFiles('[data-role=share-files]', file)
  await page.getByLabel('Seal it').check()
  return opened
}

/** Opens the link in another browser and reads the notes. */
async function openLink(scene: Scene, link: string): Promise<BrowserPage> {
  const other = await scene.browser.open(link)
  const { page: tab } = other
  await tab.getByRole('button', { name: 'Show plans.txt' }).click()
  await tab.getByText('under the third stone').waitFor()
  return other
}
