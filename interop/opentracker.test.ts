/** Our announces to and scrapes of a real tracker, over HTTP and UDP. */
import { until, WAIT_MS } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { hex } from '../packages/torrent/src/base/bytes.ts'
import { systemClock } from '../packages/torrent/src/base/clock.ts'
import { systemRandom } from '../packages/torrent/src/base/random.ts'
import { RecordingSink, testTopic } from '../packages/torrent/src/discovery/compliance.ts'
import { TrackerDiscovery } from '../packages/torrent/src/discovery/tracker/trackers.ts'
import { Opentracker } from './support/opentracker.ts'
import { missing } from './support/tools.ts'

const open = () => new TrackerDiscovery({ clock: systemClock, random: systemRandom, userAgent: 'Shoal/test' })

describe.skipIf(missing('opentracker'))('opentracker', () => {
  test.each(['http', 'udp'] as const)(
    'connects two of our sessions over %s, counts them, and forgets one that leaves',
    async kind => {
      const infoHash = systemRandom.bytes(20)
      const unknown = systemRandom.bytes(20)
      await using tracker = await Opentracker.start({ allow: [hex(infoHash)] })
      const url = tracker[kind]
      const [seed, leech] = [open(), open()]
      const counts = async () =>
        (await leech.scrape(url, [infoHash, unknown], { signal: AbortSignal.timeout(WAIT_MS) }))[0]
      try {
        const seedSink = new RecordingSink()
        const seedPeer = { peerId: systemRandom.bytes(20), port: 1001, left: 0 }
        seed.join(testTopic({ infoHash, ...seedPeer }), seedSink, { tiers: [[url]] })
        await until('the seed is announced', () => seedSink.statusCalls > 0)

        const sink = new RecordingSink()
        let left = 10
        const totals = () => ({ uploaded: 0, downloaded: 10 - left, left })
        const topic = testTopic({ infoHash, peerId: systemRandom.bytes(20), port: 1002, totals })
        const membership = leech.join(topic, sink, { tiers: [[url]] })
        await until('the leech knows the seed', () => sink.has('127.0.0.1', 1001))
        expect(membership.status()).toMatchObject([{ state: 'ok', seeds: 1, leeches: 1 }])
        expect(await counts()).toEqual({ seeds: 1, leeches: 1, downloads: 0 })

        left = 0
        membership.completed()
        await until('the leech is counted as complete', async () => (await counts())?.downloads === 1)
        expect(await counts()).toEqual({ seeds: 2, leeches: 0, downloads: 1 })

        await membership.leave()
        expect(await counts()).toEqual({ seeds: 1, leeches: 0, downloads: 1 })
      } finally {
        await Promise.all([seed.close(), leech.close()])
      }
    },
  )

  test('rejects unlisted info hashes with a message that we show', async () => {
    await using tracker = await Opentracker.start()
    const trackers = open()
    const sink = new RecordingSink()
    const membership = trackers.join(testTopic(), sink, { tiers: [[tracker.http]] })
    await until('it rejects the announce', () => sink.statusCalls > 0)
    expect(membership.status()).toMatchObject([{ state: 'failed', message: /not authorized/ }])
    await trackers.close()
  })
})
