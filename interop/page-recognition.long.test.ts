/**
 * A page of a share link and a node recognize each other (`sh_peer`) over WebRTC signaled by a
 * tracker or libp2p, but not through a man in the middle.
 */
import { until } from '@shoal/testing'
import { systemClock } from '@shoal/torrent'
import { systemRandom } from '@shoal/torrent/base'
import { PeerSignaling } from '@shoal/torrent/transport'
import { describe, expect, test } from 'vitest'
import { TrackerDiscovery } from '../packages/torrent/src/discovery/tracker/trackers.ts'
import type { Connection } from '../packages/torrent/src/transport/transport.ts'
import type { Signaling } from '../packages/torrent/src/transport/webrtc/peer-signaling.ts'
import { openRtc } from '../packages/torrent/src/transport/webrtc/rtc.node.ts'
import { randomFile, tempDir } from './support/files.ts'
import { Node } from './support/node.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { makeTorrent } from './support/shoal.ts'
import { missing } from './support/tools.ts'
import { openWsTracker } from './support/ws-tracker.ts'

const BYTES = 3_000_000
/**
 * The node is limited to this rate until the test has seen enough: the download must not end
 * before.
 */
const limited = (uploadBytesPerSecond: number | null) => ({
  limits: { uploadBytesPerSecond, limitLocalPeers: true },
})
const SLOW = limited(50_000)
const FAST = limited(null)
const recognized = 'key verified'

describe.skipIf(missing('chromium-headless-shell'))('a page and a node', () => {
  const browser = useBrowser()

  test.each([
    ['a tracker', []],
    ['libp2p', ['network.ownTracker=false', 'shoal.enabled=true', 'shoal.port=0']],
  ])('recognize each other over WebRTC, signaled by %s', async (_, settings) => {
    await using dir = await tempDir('recognition')
    const args = settings.flatMap(each => ['--set', each])
    await using node = await Node.start({ folder: dir.path, args })
    await node.api.changeSettings(SLOW)
    const { path } = await randomFile(dir.join('downloads', 'harbour.bin'), BYTES)
    const { torrent } = await node.ended(await node.api.createTorrent({ path, trackers: [] }))
    const { link, magnet } = await node.whenTorrent(torrent!, detail => detail.link !== null)
    expect(link).toMatch(/^#s2/)
    expect(magnet).not.toContain('tr=')
    const { page: tab, problems } = await browser.open(`${node.url}/share/${link}`)
    await tab.getByRole('button', { name: 'Download 3.00 MB' }).click()
    await tab.getByText(recognized).waitFor()
    const key = await until('the node shows its key', async () => {
      const { items } = await node.api.listPeers({ id: torrent! })
      return items.find(({ networkKey }) => networkKey !== null)?.networkKey
    })
    await node.api.changeSettings(FAST)
    await tab.getByText('Complete and verified').waitFor()
    const people = await until('what the page took is confirmed', async () => {
      const { items } = await node.api.listPeople({ limit: 10 })
      return items.some(({ confirmedBytes }) => confirmedBytes > 1_000_000) && items
    })
    expect(people.map(person => person.key)).toEqual([key])
    expect((await node.api.listPeople({ limit: 10 })).refused).toEqual({})
    expect(problems).toEqual([])
  })

  test('refuse each other through somebody in the middle, whose two certificates are others', async () => {
    await using dir = await tempDir('recognition')
    await using site = await PageSite.start()
    await using tracker = await openWsTracker()
    await using node = await Node.start({ folder: dir.path, args: ['--set', 'network.ownTracker=false'] })
    await node.api.changeSettings(SLOW)
    const { path } = await randomFile(dir.join('downloads', 'harbour.bin'), BYTES)
    const { torrent } = await makeTorrent(path, dir.join('t', 'harbour.torrent'), {
      trackers: [[tracker.url]],
    })
    const { torrent: added } = await node.api.addTorrent({ source: torrent })
    const { magnet } = await node.whenTorrent(added!.id, ({ progress }) => progress === 1)
    const theirs = magnet.replace(encodeURIComponent(tracker.url), encodeURIComponent(site.announce))
    expect(theirs).not.toBe(magnet)
    await using middle = new Middle(Buffer.from(added!.id, 'hex').subarray(0, 20), site.announce, tracker.url)
    const { page: tab } = await browser.open(`${site.url}#${theirs}`)
    await middle.relays
    await tab.getByRole('button', { name: 'Download 3.00 MB' }).click()
    const people = await until('the node has refused the page', async () => {
      const found = await node.api.listPeople({ limit: 10 })
      return Object.keys(found.refused).length > 0 && found
    })
    expect(people.refused).toEqual({ 'not-proved': 1 })
    expect(people.items).toEqual([])
    expect(await tab.getByText(recognized).count()).toBe(0)
    // An attacker who forwards every byte is just a cable: the data is verified. The keys are not.
    await node.api.changeSettings(FAST)
    await tab.getByText('Complete and verified').waitFor()
    expect((await node.api.listPeople({ limit: 10 })).items).toEqual([])
  })
})

/**
 * Connects to one page of a tracker and to one node of another, and forwards every byte between
 * them.
 */
class Middle implements AsyncDisposable {
  readonly relays: Promise<void>
  readonly #closing: (() => unknown)[] = []

  constructor(infoHash: Uint8Array, pages: string, nodes: string) {
    // Each should be at the end of the connection where it would be without us.
    const opened = this.#join(infoHash, pages, 'answers').then(async page => {
      const node = await this.#join(infoHash, nodes, 'offers')
      for (const [from, to] of [
        [page, node],
        [node, page],
      ] as const)
        from.start({ onData: bytes => to.write(bytes.slice()), onDrain() {}, onClose: () => to.close() })
    })
    this.relays = opened
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closing) await close()
  }

  #join(infoHash: Uint8Array, url: string, how: 'offers' | 'answers'): Promise<Connection> {
    const opened = Promise.withResolvers<Connection>()
    let isOpen = false
    const signaling = new PeerSignaling({
      ...{ clock: systemClock, random: systemRandom, config: () => ({ iceServers: [] }) },
      openRtc: () => openRtc({ host: '127.0.0.1' }),
      wants: () => !isOpen,
      onConnection(_, connection) {
        isOpen = true
        opened.resolve(connection)
      },
    })
    const half: Signaling = {
      offer: async (...args) => (how === 'offers' ? signaling.offer(...args) : []),
      answer: async (...args) => (how === 'answers' ? signaling.answer(...args) : null),
      accept: (id, sdp) => signaling.accept(id, sdp),
      addCandidate: (id, candidate) => signaling.addCandidate(id, candidate),
    }
    const discovery = new TrackerDiscovery({
      ...{ clock: systemClock, random: systemRandom, userAgent: 'middle', signaling: () => half },
    })
    const topic = {
      ...{ infoHash, peerId: systemRandom.bytes(20), port: 0, wanted: () => 1, paused: () => false },
      totals: () => ({ uploaded: 0, downloaded: 0, left: 1 }),
    }
    discovery.join(topic, { onPeers() {}, onStatus() {} }, { tiers: [[url]] })
    this.#closing.push(
      () => signaling.close(),
      () => discovery.close(),
      () => opened.promise.then(connection => connection.close()),
    )
    return opened.promise
  }
}
