/**
 * Two pages of share links that find each other without a tracker, through a node of the Shoal
 * network.
 */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { formatShareLink, parseShareLink } from '../packages/links/src/index.ts'
import { contentKeys, sealedKey } from '../packages/network/src/content-keys.ts'
import { launchWithProfile } from './support/browser.ts'
import { randomFile, sha256Of, tempDir } from './support/files.ts'
import { Node } from './support/node.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { Relay } from './support/relay.ts'
import { choose, findsNobody, getLink } from './support/share-form.ts'
import { missing, toolPath } from './support/tools.ts'

/** A link to content that no peer has. */
const NOBODY = `#magnet:?xt=urn:btih:${'ab'.repeat(20)}`
const finished = (tab: Page, text: string | RegExp) => tab.getByText(text).waitFor()

describe.skipIf(missing('chromium-headless-shell'))('two pages without a tracker', () => {
  const browser = useBrowser()

  test('find each other again after the node was restarted', async () => {
    await using dir = await tempDir('page')
    await using relay = await Relay.start()
    await using site = await PageSite.withoutTracker(relay.name('ws'))
    const { path } = await randomFile(dir.join('harbour.bin'), 1_000_000)
    const { page: sender } = await browser.open(site.url, { serviceWorkers: 'block' })
    await choose(sender, path)
    const link = await getLink(sender)
    await expect.poll(() => relay.places).toBe(1)
    await relay.stop()
    // At first it does not know that it is reachable from the internet.
    await relay.start({ isReachable: false })
    await expect.poll(() => relay.connections).toBe(1)
    await relay.becomeReachable()
    const { page: tab } = await browser.open(link, { serviceWorkers: 'block' })
    await tab.getByRole('button', { name: /^Download/ }).click()
    await finished(tab, 'Complete and verified')
  })

  test('find each other by the key in the link of a sealed share, and by nothing else', async () => {
    await using dir = await tempDir('page')
    await using relay = await Relay.start()
    await using site = await PageSite.withoutTracker(relay.name())
    const { path } = await randomFile(dir.join('harbour.bin'), 1_000_000)
    const { page: sender } = await browser.open(site.url, { serviceWorkers: 'block' })
    await choose(sender, path)
    await sender.getByRole('checkbox', { name: 'Seal it' }).check()
    await sender.getByRole('button', { name: 'Seal and get a link' }).click()
    const link = await sender.getByLabel('Link to this share').inputValue()
    const { magnet, seal } = parseShareLink(link)
    if (seal?.by !== 'key') throw new Error('The key is not in the link')
    await expect.poll(() => relay.records).toBe(1)
    expect(relay.providersOf(sealedKey(seal.key))).toBe(1)
    // The same torrent without the key: its info hashes lead to no peer.
    const { page: stranger } = await browser.open(
      formatShareLink(site.url, { magnet, seal: { by: 'recipient' } }),
      {
        serviceWorkers: 'block',
      },
    )
    const { page: tab } = await browser.open(link, { serviceWorkers: 'block' })
    await tab.getByRole('button', { name: 'Save harbour.bin' }).waitFor()
    await findsNobody(stranger)
    expect(contentKeys(magnet.infoHashes).map(key => relay.providersOf(key))).not.toContain(1)
    // It is still there after a reload; the page's address is the link.
    await sender.reload()
    await sender.getByRole('button', { name: 'Save harbour.bin' }).waitFor()
    const { page: later } = await browser.open(link, { serviceWorkers: 'block' })
    await later.getByRole('button', { name: 'Save harbour.bin' }).waitFor()
  })

  test('and nodes find each other by the key in the link of a sealed share', async () => {
    await using dir = await tempDir('page')
    await using relay = await Relay.start()
    await using site = await PageSite.withoutTracker(relay.name())
    const settings = [
      'network.ownTracker=false',
      'shoal.enabled=true',
      'shoal.port=0',
      `shoal.nodes=${JSON.stringify([relay.address])}`,
    ]
    const args = settings.flatMap(each => ['--set', each])
    await using node = await Node.start({ folder: dir.path, args })
    const { path, sha256 } = await randomFile(dir.join('harbour.bin'), 1_000_000)
    const { page: sender } = await browser.open(site.url, { serviceWorkers: 'block' })
    await choose(sender, path)
    await sender.getByRole('checkbox', { name: 'Seal it' }).check()
    await sender.getByRole('button', { name: 'Seal and get a link' }).click()
    const link = await sender.getByLabel('Link to this share').inputValue()
    const { job } = await node.api.addTorrent({ source: link })
    const opened = await node.ended(job!)
    expect(opened.error).toBeNull()
    expect(await sha256Of(opened.path!)).toBe(sha256)
    // A page whose link names the relay, and not the node, finds what the node sealed.
    const other = await randomFile(dir.join('dawn.bin'), 500_000)
    const made = await node.ended(
      await node.api.createTorrent({ path: other.path, trackers: [], seal: { by: 'key' } }),
    )
    const { magnet, seal } = parseShareLink(made.link!)
    if (seal?.by !== 'key') throw new Error('The key is not in the link')
    expect(magnet.trackers).toEqual([])
    await expect.poll(() => relay.providersOf(sealedKey(seal.key))).toBe(1)
    const peers = [{ host: relay.name(), port: 0 }]
    const byKey = formatShareLink(site.url, { magnet: { ...magnet, peers }, seal })
    const { page: tab } = await browser.open(byKey, { serviceWorkers: 'block' })
    await tab.getByRole('button', { name: 'Save dawn.bin' }).waitFor()
    expect(contentKeys(magnet.infoHashes).map(key => relay.providersOf(key))).not.toContain(1)
    // A page that opens the node's own link needs no other peer.
    await relay.stop()
    const { page: direct } = await browser.open(formatShareLink(site.url, { magnet, seal }), {
      serviceWorkers: 'block',
    })
    await direct.getByRole('button', { name: 'Save dawn.bin' }).waitFor()
  })

  test('say so if their browser cannot connect to others', async () => {
    await using site = await PageSite.withoutTracker()
    await using browser = await launchWithProfile({ program: toolPath('chromium-headless-shell') })
    const tab = await browser.newPage()
    // Like Firefox 140, which cannot transfer data channels to workers.
    await tab.addInitScript(() => {
      const { postMessage } = MessagePort.prototype
      MessagePort.prototype.postMessage = function (message: unknown, given?: unknown) {
        if (message instanceof RTCDataChannel)
          throw new DOMException('The object could not be cloned.', 'DataCloneError')
        postMessage.call(this, message, given as StructuredSerializeOptions)
      }
    })
    await tab.goto(`${site.url}${NOBODY}`)
    await tab.getByText('This browser cannot exchange files with other devices').waitFor()
    expect(await tab.getByText('The sender is offline').count()).toBe(0)
  })
})
