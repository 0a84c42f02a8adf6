/** Contract tests of tracker keys and traffic totals, for any database. */

import { randomBytes } from 'node:crypto'
import { hex } from '@shoal/torrent/base'
import { expect, test } from 'vitest'
import {
  BURST_MS,
  MAX_BYTES_PER_MS,
  type Traffic,
  type TrafficReport,
} from '../tracker-keys/tracker-traffic.ts'
import type { TestPlace } from './place.ts'
import type { TestStores } from './stores.ts'

const newDid = () => `did:key:${randomBytes(16).toString('hex')}`
const bytesOf = (length: number) => new Uint8Array(randomBytes(length))
const traffic = (uploadedBytes: number, downloadedBytes: number): Traffic => ({
  uploadedBytes,
  downloadedBytes,
})

type Counters = readonly [uploadedBytes: number, downloadedBytes: number]

/** Returns a report; by default, of a new peer with its own account and torrent. */
export function trafficReport(
  did: string,
  {
    first = [0, 0],
    last = [0, 0],
    ...rest
  }: Partial<Omit<TrafficReport, 'first' | 'last'>> & { first?: Counters; last?: Counters } = {},
): TrafficReport {
  return {
    did,
    torrent: Uint8Array.from({ length: 20 }, (_, at) => at),
    peer: Uint8Array.from({ length: 20 }, () => 7),
    atMs: 1,
    isGone: false,
    ...rest,
    first: traffic(...first),
    last: traffic(...last),
  }
}

export function testTrackerKeys(place: () => TestPlace): void {
  const withStores = (what: string, run: (stores: TestStores, pass: (ms: number) => void) => Promise<void>) =>
    test(what, async () => {
      let now = 1_800_000_000_000
      await using stores = await place().open({ now: () => now })
      await run(stores, ms => {
        now += ms
      })
    })

  withStores('a tracker key is replaced, and totals stay', async ({ accounts, trackerKeys }) => {
    const did = newDid()
    await accounts.create({ did })
    expect(await trackerKeys.totals(did)).toBeNull()
    const first = await trackerKeys.renew(did)
    expect(first).toMatch(/^[0-9a-f]{32}$/)
    expect(await trackerKeys.find([first, 'x'])).toEqual(new Map([[first, did]]))
    await trackerKeys.count([trafficReport(did, { last: [5, 1] })])
    const second = await trackerKeys.renew(did)
    expect(await trackerKeys.find([first, second])).toEqual(new Map([[second, did]]))
    expect(await trackerKeys.totals(did)).toEqual(traffic(5, 1))
  })

  withStores('traffic is what peers report more than before', async ({ accounts, trackerKeys }) => {
    const [ann, ben] = [newDid(), newDid()]
    for (const did of [ann, ben]) await accounts.create({ did })
    for (const did of [ann, ben]) await trackerKeys.renew(did)
    const [one, other] = [bytesOf(20), bytesOf(20)]
    const seen = async (did = ann) => {
      const torrents = await trackerKeys.torrents(did)
      return [
        await trackerKeys.totals(did),
        new Map(torrents.map(each => [hex(each.torrent), each])),
      ] as const
    }
    // Counting starts at the first report: a tracker that forgot the peer must not count everything
    // again.
    await trackerKeys.count([trafficReport(ann, { torrent: one, first: [100, 50], last: [100, 50] })])
    expect(await seen()).toEqual([traffic(0, 0), new Map()])
    await trackerKeys.count([
      trafficReport(ann, { torrent: one, last: [130, 60], atMs: 2 }),
      trafficReport(ann, { torrent: one, peer: other, first: [0, 0], last: [7, 0], atMs: 2 }),
      trafficReport(ann, { torrent: other, last: [1, 1], atMs: 2 }),
      trafficReport(ben, { torrent: one, last: [0, 9], atMs: 2 }),
      trafficReport(newDid(), { last: [9, 9] }),
    ])
    let [totals, torrents] = await seen()
    expect(totals).toEqual(traffic(38, 11))
    expect(torrents.get(hex(one))).toMatchObject(traffic(37, 10))
    expect(torrents.get(hex(other))).toMatchObject(traffic(1, 1))
    expect([...torrents.keys()]).toEqual([hex(one), hex(other)])
    expect((await seen(ben))[0]).toEqual(traffic(0, 9))
    // Another process has already stored a later announce.
    await trackerKeys.count([trafficReport(ann, { torrent: one, last: [125, 55], atMs: 1 })])
    // Counters that decreased count from their new start.
    await trackerKeys.count([trafficReport(ann, { torrent: one, first: [4, 4], last: [10, 4], atMs: 3 })])
    await trackerKeys.count([trafficReport(ann, { torrent: one, last: [11, 0], atMs: 4 })])
    ;[totals, torrents] = await seen()
    expect(totals).toEqual(traffic(45, 11))
    // The last announce is counted, and then the peer is forgotten.
    await trackerKeys.count([trafficReport(ann, { torrent: one, last: [21, 0], atMs: 5, isGone: true })])
    await trackerKeys.count([trafficReport(ann, { torrent: one, first: [600, 0], last: [600, 0], atMs: 6 })])
    expect((await seen())[0]).toEqual(traffic(55, 11))
    await trackerKeys.forgetPeers(6)
    await trackerKeys.count([trafficReport(ann, { torrent: one, last: [610, 0], first: [601, 0], atMs: 7 })])
    expect((await seen())[0]).toEqual(traffic(65, 11))
    await trackerKeys.forgetPeers(8)
    await trackerKeys.count([trafficReport(ann, { torrent: one, last: [900, 0], first: [900, 0], atMs: 9 })])
    expect((await seen())[0]).toEqual(traffic(65, 11))
    const list = await trackerKeys.list()
    expect(list.find(({ did }) => did === ann)).toMatchObject(traffic(65, 11))
    expect((await trackerKeys.list({ after: ann }))[0]).toMatchObject({ did: ben, ...traffic(0, 9) })
    const lie = trackerKeys.count([trafficReport(ann, { last: [-1, 0] })])
    await expect(lie).rejects.toMatchObject({ code: 'bad-argument' })
    await expect(trackerKeys.count([trafficReport(ann), trafficReport(ann)])).rejects.toMatchObject({
      code: 'bad-argument',
    })
  })

  withStores(
    'an account counts no more than a fast line transfers',
    async ({ accounts, trackerKeys }, pass) => {
      const did = newDid()
      await accounts.create({ did })
      await trackerKeys.renew(did)
      const most = BURST_MS * MAX_BYTES_PER_MS
      const lie = (atMs: number) => [
        trafficReport(did, { last: [3 * most * atMs, most * atMs], atMs }),
        trafficReport(did, { peer: bytesOf(20), last: [most, 0], atMs }),
      ]
      await trackerKeys.count(lie(1))
      expect(await trackerKeys.totals(did)).toEqual(traffic(most, most / 4))
      await trackerKeys.count(lie(2))
      expect(await trackerKeys.totals(did)).toEqual(traffic(most, most / 4))
      pass(60_000)
      await trackerKeys.count(lie(3))
      const minute = 60_000 * MAX_BYTES_PER_MS
      expect(await trackerKeys.totals(did)).toEqual(traffic(most + minute, most / 4 + minute / 4))
    },
  )

  withStores(
    'counts of one peer by several processes at once count once',
    async ({ accounts, trackerKeys }) => {
      const did = newDid()
      await accounts.create({ did })
      await trackerKeys.renew(did)
      await trackerKeys.count([trafficReport(did)])
      await Promise.all(
        Array.from({ length: 30 }, (_, at) =>
          trackerKeys.count([trafficReport(did, { last: [10 * at, at], atMs: 2 + at })]),
        ),
      )
      expect(await trackerKeys.totals(did)).toEqual(traffic(290, 29))
    },
  )

  withStores('counts of several processes at once add up', async stores => {
    const { accounts, trackerKeys } = stores
    const people = Array.from({ length: 20 }, () => newDid())
    for (const did of people) await accounts.create({ did })
    for (const did of people) await trackerKeys.renew(did)
    const batch = (at: number) =>
      [...people]
        .sort(() => (at % 2) - 0.5)
        .map(did => trafficReport(did, { peer: Uint8Array.of(at), last: [1, 2], torrent: bytesOf(20) }))
    await Promise.all(Array.from({ length: 30 }, (_, at) => trackerKeys.count(batch(at))))
    for (const did of people) expect(await trackerKeys.totals(did)).toEqual(traffic(30, 60))
  })
}
