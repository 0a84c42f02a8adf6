/**
 * The page of a share link that names its sender by a libp2p address: neither tracker nor server is
 * needed.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, test } from 'vitest'
import { parseShareLink } from '../packages/links/src/index.ts'
import { createCertificate, openHost } from '../packages/network/src/host/host.node.ts'
import { Libp2pTransport } from '../packages/network/src/transport/libp2p-transport.ts'
import { linkedAddress } from '../packages/network/src/transport/peer-name.ts'
import { SignaledPeers } from '../packages/network/src/transport/signaled-peers.ts'
import { systemClock } from '../packages/torrent/src/base/clock.ts'
import { systemRandom } from '../packages/torrent/src/base/random.ts'
import { openRtc } from '../packages/torrent/src/transport/webrtc/rtc.node.ts'
import { randomFile, randomTree, tempDir } from './support/files.ts'
import { Node } from './support/node.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

/** A node that seeds a folder, with a host that pages can dial. */
async function seedFolder(folder: string) {
  await using stack = new AsyncDisposableStack()
  const host = await openHost({
    seed: systemRandom.bytes(32),
    listen: ['/ip4/127.0.0.1/udp/0/webrtc-direct'],
    certificate: await createCertificate(Date.now()),
  })
  stack.defer(() => host.close())
  const signaled = new SignaledPeers({
    clock: systemClock,
    random: systemRandom,
    openRtc: () => openRtc({ host: '127.0.0.1' }),
    config: () => ({ iceServers: [] }),
  })
  const transport = new Libp2pTransport(host.libp2p, signaled)
  const shoal = stack.use(await Shoal.open({}, { createTransports: () => [transport] }))
  const { magnet, torrent } = await makeTorrent(folder, `${folder}.torrent`)
  const seeding = await shoal.get(torrent, { directory: join(folder, '..') })
  const address = linkedAddress(multiaddr(host.libp2p.getMultiaddrs()[0]!.toString()))
  const ready = stack.move()
  return {
    link: `${magnet}&x.pe=${encodeURIComponent(address)}`,
    seeding,
    [Symbol.asyncDispose]: () => ready.disposeAsync(),
  }
}

describe.skipIf(missing('chromium-headless-shell'))('the page of a link with an address of libp2p', () => {
  const browser = useBrowser()

  test('downloads from its sender without a tracker', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await site.stopTracker()
    await randomTree(dir.join('Tree'), { 'a.txt': 1000, 'b.bin': 2_000_000 })
    await using sender = await seedFolder(dir.join('Tree'))
    const { page: tab } = await browser.open(`${site.url}#${sender.link}`)
    await tab.getByRole('button', { name: /^Download/ }).click()
    await tab.getByText('Complete and verified').waitFor()
    expect(sender.seeding.stats.uploadedBytes).toBeGreaterThanOrEqual(2_001_000)
    const [libp2p] = readdirSync(join(site.folder, 'assets')).filter(name => name.startsWith('page-host'))
    expect(site.requested).toContain(`/assets/${libp2p}`)
  })

  test('two pages download from a node without any tracker, by its link', async () => {
    await using dir = await tempDir('page')
    const args = ['network.ownTracker=false', 'shoal.enabled=true', 'shoal.port=0'].flatMap(each => [
      '--set',
      each,
    ])
    await using node = await Node.start({ folder: dir.path, args })
    const { path } = await randomFile(dir.join('downloads', 'harbour.bin'), 3_000_000)
    const { torrent } = await node.ended(await node.api.createTorrent({ path, trackers: [] }))
    const { link } = await node.whenTorrent(torrent!, detail => detail.link !== null)
    expect(link).not.toContain('announce')
    const config = await (await fetch(`${node.url}/share/share.json`)).json()
    const { peers } = parseShareLink(link!).magnet
    expect(config).toEqual({ trackers: [], iceServers: [], nodes: peers!.map(({ host }) => host) })
    const tabs = await Promise.all([1, 2].map(() => browser.open(`${node.url}/share/${link}`)))
    for (const { page: tab } of tabs) await tab.getByRole('button', { name: 'Download 3.00 MB' }).click()
    for (const { page: tab } of tabs) await tab.getByText('Complete and verified').waitFor()
    expect(tabs.flatMap(({ problems }) => problems)).toEqual([])
  })
})
