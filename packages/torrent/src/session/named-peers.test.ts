import { limitMs, until } from '@shoal/testing'
import { expect, test } from 'vitest'
import { magnetOf } from '../metainfo/magnet.ts'
import { Loopback } from './testing/loopback.ts'

const LENGTH = 40 * 32_768
/** Bytes per second: a download lasts longer than a busy machine pauses. */
const SLOW = LENGTH / 40

/** A seed on loopback, and a session without discovery. */
async function seedAndOpen(loop: Loopback) {
  const metainfo = await loop.torrent('content', { 'a.bin': LENGTH })
  const session = await loop.open({ directory: loop.folder })
  const seed = await session.add(metainfo)
  await seed.whenComplete()
  const open = (state = 'state') =>
    loop.open({ directory: loop.path('down'), stateDirectory: loop.path(state) })
  return { metainfo, magnet: magnetOf(metainfo), session, seed, peer: `127.0.0.1:${session.port}`, open }
}

test('the peer of a magnet link is tried again after the process was killed', async () => {
  await using loop = await Loopback.make()
  const { magnet, peer, open } = await seedAndOpen(loop)
  const first = await open()
  const slow = { downloadBytesPerSecond: SLOW }
  const torrent = await first.add(`${magnet}&x.pe=${peer}`, { limits: slow })
  await until('some of it has arrived', () => torrent.stats.downloadedBytes > 0 && torrent.metainfo !== null)
  await torrent.recordAdded()
  expect(torrent.isComplete).toBe(false)
  await loop.snapshot('state', 'killed')
  await first.close()
  const [again] = (await open('killed')).torrents
  again!.setLimits({ downloadBytesPerSecond: Number.POSITIVE_INFINITY })
  await again!.whenComplete({ signal: AbortSignal.timeout(limitMs(20)) })
})

test('a peer that is named while the torrent is paused is tried when it resumes, also in the next session', async () => {
  await using loop = await Loopback.make()
  const { magnet, peer, open } = await seedAndOpen(loop)
  const first = await open()
  const torrent = await first.add(magnet, { paused: true })
  torrent.addPeer(peer)
  await first.close()
  const [again] = (await open()).torrents
  expect(again!.stats).toMatchObject({ state: 'paused', peers: 0 })
  await again!.resume()
  await again!.whenComplete({ signal: AbortSignal.timeout(limitMs(20)) })
})

test('a peer added with `keep: false` is not remembered', async () => {
  await using loop = await Loopback.make()
  const { magnet, peer, open } = await seedAndOpen(loop)
  const first = await open()
  const torrent = await first.add(magnet, { limits: { downloadBytesPerSecond: SLOW } })
  torrent.addPeer(peer, { keep: false })
  await until('it is connected', () => torrent.stats.peers === 1)
  await first.close()
  const [again] = (await open()).torrents
  expect(again!.stats.knownPeers + again!.stats.peers).toBe(0)
})

test('the address where an incoming peer can be reached is known', async () => {
  await using loop = await Loopback.make()
  const { metainfo, peer, seed, open } = await seedAndOpen(loop)
  const leech = await open()
  seed.setLimits({ uploadBytesPerSecond: SLOW })
  const torrent = await leech.add(metainfo)
  torrent.addPeer(peer)
  await until('it has said its port', () => seed.peers()[0]?.listenAddress !== undefined)
  const [seen] = seed.peers()
  expect(seen).toMatchObject({ incoming: true, listenAddress: `127.0.0.1:${leech.port}` })
  expect(torrent.peers()[0]).not.toHaveProperty('listenAddress')
  await until('a piece is being sent', () => torrent.peers()[0]?.piece !== undefined)
  const [sender] = torrent.peers()
  // The seed has all missing pieces, and lacks none itself.
  expect([sender!.relevance, seed.peers()[0]!.relevance, sender!.peerId!.length]).toEqual([1, 0, 20])
})
