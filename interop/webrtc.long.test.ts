/** WebRTC peers, ours and WebTorrent's, that find each other through npm's tracker. */
import { limitMs, until } from '@shoal/testing'
import type { PeerStatus, TorrentApi } from '@shoal/torrent'
import { describe, expect, test } from 'vitest'
import { Coturn } from './support/coturn.ts'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'
import { NpmTracker, WebTorrent } from './support/webtorrent.ts'

/** Without a port, so that the other side cannot connect over TCP. */
const rtcOnly = { port: null, trackers: true, webrtc: {} } as const
const SIZE = 2_000_000

/**
 * Returns a function that lists the kinds and names of all current and past peers, because complete
 * peers disconnect from each other.
 */
function recordPeers(torrent: TorrentApi): () => string {
  const closed: PeerStatus[] = []
  torrent.on('peerClosed', peer => closed.push(peer))
  return () => [...closed, ...torrent.peers()].map(({ kind, client }) => `${kind} ${client}`).join(', ')
}

describe('WebRTC', () => {
  // The other tests use hybrid torrents.
  test('connects two of our sessions by a v2 magnet', async () => {
    await using dir = await tempDir('webrtc')
    await using tracker = await NpmTracker.start()
    const { path } = await randomFile(dir.join('seed', 'content.bin'), SIZE)
    const trackers = [[tracker.url]]
    const { torrent, magnet } = await makeTorrent(path, dir.join('content.torrent'), {
      version: 'v2',
      trackers,
    })
    await using seed = await Shoal.open(rtcOnly)
    await seed.get(torrent, { directory: dir.join('seed') })
    await using leech = await Shoal.open(rtcOnly)
    const got = await leech.add(magnet, { directory: dir.join('leech') })
    const peers = recordPeers(got)
    await leech.done(got)
    expect(peers()).toContain('webrtc Shoal/')
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })

  test('we download from WebTorrent', async () => {
    await using dir = await tempDir('webrtc')
    await using tracker = await NpmTracker.start()
    const { path } = await randomFile(dir.join('seed', 'content.bin'), SIZE)
    await using webtorrent = await WebTorrent.start()
    const { magnet } = await webtorrent.seed(path, [tracker.url])
    await using leech = await Shoal.open(rtcOnly)
    const got = await leech.add(magnet, { directory: dir.join('leech') })
    const peers = recordPeers(got)
    await leech.done(got)
    expect(peers()).toMatch(/webrtc WebTorrent/i)
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })

  test('peers find each other again after a tracker restart', async () => {
    await using dir = await tempDir('webrtc')
    await using tracker = await NpmTracker.start()
    const { path } = await randomFile(dir.join('seed', 'content.bin'), SIZE)
    const trackers = [[tracker.url]]
    const { torrent, magnet } = await makeTorrent(path, dir.join('content.torrent'), { trackers })
    await using seed = await Shoal.open(rtcOnly)
    const ours = await seed.get(torrent, { directory: dir.join('seed') })
    const states = () => ours.discovery().map(({ state }) => state)
    await until('the tracker knows the seed', () => states().every(state => state === 'ok'))
    await tracker.stop()
    await until('the loss is noticed', () => states().every(state => state === 'failed'))
    await tracker.run()
    await using leech = await Shoal.open(rtcOnly)
    const got = await leech.add(magnet, { directory: dir.join('leech') })
    // The seed retries after 15 s, and after another 30 s if that was too soon.
    await leech.done(got, limitMs(100))
    expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  })

  test.skipIf(missing('libtorrent'))(
    'WebTorrent downloads from libtorrent’s TCP seed through us',
    async () => {
      await using dir = await tempDir('webrtc')
      await using tracker = await NpmTracker.start()
      const { path } = await randomFile(dir.join('seed', 'content.bin'), SIZE)
      const trackers = [[tracker.url]]
      const { torrent, magnet } = await makeTorrent(path, dir.join('content.torrent'), { trackers })
      await using source = await Libtorrent.start()
      await source.add({ torrent, savePath: dir.join('seed'), seedMode: true })
      await using bridge = await Shoal.open({ ...rtcOnly, port: 0 })
      await using webtorrent = await WebTorrent.start()
      await webtorrent.add(magnet, dir.join('leech'))
      const between = await bridge.add(torrent, {
        directory: dir.join('bridge'),
        peers: [`127.0.0.1:${source.port}`],
      })
      const peers = recordPeers(between)
      await webtorrent.done()
      expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
      expect(peers()).toMatch(/webrtc WebTorrent/i)
      expect(peers()).toMatch(/tcp libtorrent/i)
    },
  )

  test.skipIf(missing('turnserver'))(
    'peers that hide their address connect through a TURN server',
    async () => {
      await using dir = await tempDir('webrtc')
      await using tracker = await NpmTracker.start()
      await using turn = await Coturn.start()
      const { path } = await randomFile(dir.join('seed', 'content.bin'), SIZE)
      const trackers = [[tracker.url]]
      const { torrent, magnet } = await makeTorrent(path, dir.join('content.torrent'), { trackers })
      const { iceServers } = turn
      const relayed = { ...rtcOnly, webrtc: { iceServers, iceTransportPolicy: 'relay' } } as const
      await using seed = await Shoal.open(relayed)
      await seed.get(torrent, { directory: dir.join('seed') })
      await using leech = await Shoal.open(relayed)
      const got = await leech.add(magnet, { directory: dir.join('leech') })
      const peers = recordPeers(got)
      await leech.done(got)
      expect(peers()).toContain('webrtc Shoal/')
      expect(turn.process.output()).toMatch(/allocation|usage|session/i)
      expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
    },
  )

  test.skipIf(missing('turnserver'))('peers with a wrong TURN secret do not connect', async () => {
    await using dir = await tempDir('webrtc')
    await using tracker = await NpmTracker.start()
    await using turn = await Coturn.start()
    const { path } = await randomFile(dir.join('seed', 'content.bin'), limitMs(100))
    const trackers = [[tracker.url]]
    const { torrent, magnet } = await makeTorrent(path, dir.join('content.torrent'), { trackers })
    const iceServers = turn.iceServers.map(server => ({ ...server, credential: 'wrong' }))
    const relayed = { ...rtcOnly, webrtc: { iceServers, iceTransportPolicy: 'relay' } } as const
    await using seed = await Shoal.open(relayed)
    await seed.get(torrent, { directory: dir.join('seed') })
    await using leech = await Shoal.open(relayed)
    const got = await leech.add(magnet, { directory: dir.join('leech') })
    await until('the server has rejected the secret', () =>
      /unauthorized|cannot find credentials|401/i.test(turn.process.output()),
    )
    await until('the leech has announced', () => got.discovery().some(({ state }) => state === 'ok'))
    expect(got.stats.peers).toBe(0)
  })
})
