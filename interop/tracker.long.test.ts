/**
 * Real clients that find each other only through our tracker, over HTTP, UDP and WebSocket (BEP 3,
 * 15, 23, 48).
 */
import { limitMs, until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { type Hub, startHub } from '../apps/hub/src/hub.ts'
import { NO_LOG } from '../apps/hub/src/kernel/log.ts'
import { TRACKER_FRONTS } from '../apps/hub/src/tracker/service.ts'
import { Aria2 } from './support/aria2.ts'
import { difference, randomFile, tempDir } from './support/files.ts'
import { Libtorrent } from './support/libtorrent.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'
import { Transmission } from './support/transmission.ts'
import { WebTorrent } from './support/webtorrent.ts'

const BYTES = 1_000_001

interface OpenHub extends AsyncDisposable {
  readonly hub: Hub
  readonly urls: Readonly<Record<'http' | 'udp' | 'ws', string>>
}

async function openHub(port = 0): Promise<OpenHub> {
  const hub = await startHub({ onlyTracker: true, port, interval: 5 }, NO_LOG)
  return {
    hub,
    urls: {
      http: `http://127.0.0.1:${hub.port}/announce`,
      udp: `udp://127.0.0.1:${hub.udpPort}/announce`,
      ws: `ws://127.0.0.1:${hub.port}/announce`,
    },
    [Symbol.asyncDispose]: () => hub.close(),
  }
}

const hasSeed = ({ hub }: OpenHub) =>
  until('the seed is announced', async () => (await hub.service(TRACKER_FRONTS).stats()).seeds > 0)

describe('our tracker', () => {
  describe.skipIf(missing('libtorrent', 'transmission-daemon', 'aria2c'))('over HTTP and UDP', () => {
    test.each(['http', 'udp'] as const)(
      '%s: libtorrent, Transmission and aria2 find each other',
      async kind => {
        await using dir = await tempDir('interop')
        await using tracker = await openHub()
        const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
        const made = await makeTorrent(path, dir.join('content.torrent'), {
          version: 'v1',
          trackers: [[tracker.urls[kind]]],
        })
        // Transmission ignores addresses of this machine in tracker responses, so the others
        // connect to it.
        await using transmission = await Transmission.start({ directory: dir.join('tr') })
        await transmission.done(await transmission.add({ torrent: made.torrent }, dir.join('seed')))
        await hasSeed(tracker)
        await using leecher = await Libtorrent.start()
        const leech = await leecher.add({ torrent: made.torrent, savePath: dir.join('theirs') })
        await leech.done()
        await leech.flushed()
        expect(await difference(dir.join('seed'), dir.join('theirs'))).toBeNull()
        // aria2 supports UDP trackers only while its DHT is on.
        if (kind === 'http') {
          await using aria2 = await Aria2.start({ directory: dir.join('aria2') })
          await aria2.done(await aria2.addTorrent(made.torrent))
          expect(await difference(dir.join('seed'), dir.join('aria2'))).toBeNull()
        }
        const { requests } = await tracker.hub.service(TRACKER_FRONTS).stats()
        expect(requests[kind].announces).toBeGreaterThan(1)
        expect(requests[kind === 'http' ? 'udp' : 'http'].announces).toBe(0)
      },
    )

    test.each(['v1', 'v2', 'hybrid'] as const)('%s: our session and libtorrent, by magnet', async version => {
      await using dir = await tempDir('interop')
      await using tracker = await openHub()
      const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
      const made = await makeTorrent(path, dir.join('content.torrent'), {
        version,
        trackers: [[tracker.urls.udp]],
      })
      await using shoal = await Shoal.open({ trackers: true })
      await shoal.get(made.torrent, { directory: dir.join('seed') })
      await hasSeed(tracker)
      await using leecher = await Libtorrent.start()
      const leech = await leecher.add({ magnet: made.magnet, savePath: dir.join('theirs') })
      await leech.done()
      await leech.flushed()
      expect(await difference(dir.join('seed'), dir.join('theirs'))).toBeNull()
    })
  })

  // Our session reconnects soon; WebTorrent waits up to five minutes.
  test('connects WebTorrent and our sessions, even after a restart', async () => {
    await using dir = await tempDir('interop')
    let tracker = await openHub()
    const isAlone = async () => (await tracker.hub.service(TRACKER_FRONTS).stats()).peers.web === 1
    try {
      const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
      const trackers = [[tracker.urls.ws]]
      const made = await makeTorrent(path, dir.join('content.torrent'), { trackers, version: 'v1' })
      await using seed = await Shoal.open({ port: null, trackers: true, webrtc: {} })
      await seed.get(made.torrent, { directory: dir.join('seed') })
      const download = async (folder: string) => {
        await using leecher = await WebTorrent.start()
        await leecher.add(made.magnet, dir.join(folder))
        await leecher.done()
        expect(await difference(dir.join('seed'), dir.join(folder))).toBeNull()
      }
      await until('it is announced', isAlone)
      await download('first')
      await until('the leecher is forgotten', isAlone)
      const { port } = tracker.hub
      await tracker.hub.close()
      tracker = await openHub(port)
      await until('the seed is back', isAlone, { timeoutMs: limitMs(100) })
      await download('second')
    } finally {
      await tracker.hub.close()
    }
  })

  test('may restart while a session keeps running, which reconnects automatically', async () => {
    await using dir = await tempDir('interop')
    let tracker = await openHub()
    try {
      const { path } = await randomFile(dir.join('seed', 'content.bin'), BYTES)
      const made = await makeTorrent(path, dir.join('content.torrent'), { trackers: [[tracker.urls.http]] })
      await using shoal = await Shoal.open({ trackers: true })
      await shoal.get(made.torrent, { directory: dir.join('seed') })
      await hasSeed(tracker)
      const { port } = tracker.hub
      await tracker.hub.close()
      tracker = await openHub(port)
      await until(
        'the session is back',
        async () => (await tracker.hub.service(TRACKER_FRONTS).stats()).seeds > 0,
        {
          timeoutMs: limitMs(100),
        },
      )
    } finally {
      await tracker.hub.close()
    }
  })
})
