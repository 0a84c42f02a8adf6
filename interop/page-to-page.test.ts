/** Two pages of share links that find each other without a tracker, through a node of the Shoal network. */
import { multiaddr } from '@multiformats/multiaddr'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { parseShareLink } from '../packages/links/src/index.ts'
import { createCertificate, type Host, openHost } from '../packages/network/src/host/host.node.ts'
import { linkedAddress } from '../packages/network/src/transport/peer-name.ts'
import { systemRandom } from '../packages/torrent/src/base/random.ts'
import { randomFile, randomTree, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { choose, getLink } from './support/share-form.ts'
import { missing } from './support/tools.ts'

/** A node of the network that pages can dial and use as relay. It has no torrents. */
class Relay implements AsyncDisposable {
  readonly #seed = systemRandom.bytes(32)
  readonly #certificate = createCertificate(Date.now())
  #port = 0
  #host: Host | null = null

  static async start(): Promise<Relay> {
    const relay = new Relay()
    await relay.start()
    return relay
  }

  /** Its name in links: by WebRTC direct, or by WebSocket, which has the same port after a restart. */
  name(way: 'webrtc-direct' | 'ws' = 'webrtc-direct'): string {
    const own = this.#addresses.find(each => each.includes('/127.0.0.1/') && each.includes(`/${way}/`))
    return linkedAddress(multiaddr(own))
  }

  get places(): number {
    return this.#host!.libp2p.services.relay.reservations
  }

  async start(): Promise<void> {
    this.#host = await openHost({
      seed: this.#seed,
      listen: [
        '/ip4/127.0.0.1/tcp/0',
        `/ip4/127.0.0.1/tcp/${this.#port}/ws`,
        '/ip4/127.0.0.1/udp/0/webrtc-direct',
      ],
      certificate: await this.#certificate,
    })
    const [internalPort] = this.#addresses.flatMap(
      each => /\/tcp\/(\d+)\/ws/.exec(each)?.slice(1).map(Number) ?? [],
    )
    this.#port = internalPort!
    // Only nodes that the internet reaches are relays. Nobody dials that address here.
    this.#host.setMapped([
      { transport: 'tcp', address: '198.51.100.7', port: 4001, internalPort: internalPort! },
    ])
    await expect.poll(() => this.#host!.libp2p.services.relay.isServing).toBe(true)
  }

  get #addresses(): string[] {
    return this.#host!.libp2p.getMultiaddrs().map(String)
  }

  async stop(): Promise<void> {
    const host = this.#host
    this.#host = null
    await host?.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

const PATIENT = { timeout: 60_000, interval: 250 }
const finished = (tab: Page, text: string | RegExp) => tab.getByText(text).waitFor()

/** The share page where there is no tracker anywhere. */
async function siteWith(...nodes: readonly string[]): Promise<PageSite> {
  const site = await PageSite.start()
  await site.stopTracker()
  site.config = { trackers: [], nodes }
  return site
}

describe.skipIf(missing('chromium-headless-shell'))('two pages without a tracker', () => {
  const browser = useBrowser()

  test('find each other through a node, and go on when it has gone away', async () => {
    await using dir = await tempDir('page')
    await using relay = await Relay.start()
    await using site = await siteWith(relay.name())
    await randomTree(dir.join('Tree'), { 'first.bin': 1_000_000, 'second.bin': 2_000_000 })
    const sender = await browser.open(site.url, { serviceWorkers: 'block' })
    await choose(sender.page, dir.join('Tree'), 'Choose a folder')
    const link = await getLink(sender.page)
    expect(parseShareLink(link).magnet).toMatchObject({
      trackers: [],
      peers: [{ host: relay.name(), port: 0 }],
    })
    const { page: tab } = await browser.open(link, { serviceWorkers: 'block' })
    await tab.getByText('1 device has all of it').waitFor()
    await tab.getByRole('checkbox', { name: /^Download second/ }).uncheck()
    await tab.getByRole('button', { name: 'Download 1.00 MB' }).click()
    await finished(tab, 'Your selection is complete and verified')
    await relay.stop()
    await tab.getByRole('checkbox', { name: /^Download second/ }).click()
    await finished(tab, 'Complete and verified')
  }, 180_000)

  test('find each other again after the node was restarted', async () => {
    await using dir = await tempDir('page')
    await using relay = await Relay.start()
    await using site = await siteWith(relay.name('ws'))
    const { path } = await randomFile(dir.join('harbour.bin'), 1_000_000)
    const { page: sender } = await browser.open(site.url, { serviceWorkers: 'block' })
    await choose(sender, path)
    const link = await getLink(sender)
    await expect.poll(() => relay.places, PATIENT).toBe(1)
    await relay.stop()
    await relay.start()
    const { page: tab } = await browser.open(link, { serviceWorkers: 'block' })
    await tab.getByRole('button', { name: /^Download/ }).click()
    await finished(tab, 'Complete and verified')
  }, 180_000)
})
